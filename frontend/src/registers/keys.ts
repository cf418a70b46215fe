import type { Key } from "./places";

/** What a key asks of a grid in which no cell is edited. Moves are in `places.ts`, the clipboard in events of its own. */
export type Act = "edit" | "overwrite" | "empty" | "all" | "undo" | "redo" | "toggle" | "leave" | "row" | "next" | "before" | "new" | Chosen | ColumnAct;

/** What is done to the rows or cells that are chosen. */
type Chosen = "remove" | "fill";
/** What is done to the column that somebody is in. */
export type ColumnAct = "column-left" | "column-right" | "column-wider" | "column-narrower";

const WITH_CONTROL: Record<string, Act> = { a: "all", z: "undo", y: "redo", enter: "new", d: "fill", delete: "remove", backspace: "remove" };
const PLAIN: Record<string, Act> = { enter: "edit", f2: "edit", delete: "empty", escape: "leave", tab: "next" };

const OF_COLUMNS: Record<string, ColumnAct> = {
  arrowleft: "column-left",
  arrowright: "column-right",
  arrowdown: "column-wider",
  arrowup: "column-narrower",
};

export function actOf({ key, ctrlKey, metaKey, shiftKey, altKey }: Key): Act | null {
  const name = key.toLowerCase();
  if (altKey) return (shiftKey && !ctrlKey && !metaKey && OF_COLUMNS[name]) || null;
  if (ctrlKey || metaKey) return shiftKey && name === "z" ? "redo" : (WITH_CONTROL[name] ?? null);
  if (name === "tab" && shiftKey) return "before";
  if (key === " ") return shiftKey ? "row" : "toggle";
  return PLAIN[name] ?? (typesSomething(key) || name === "backspace" ? "overwrite" : null);
}

/** Letters, and keys that begin one: accents, and what a keyboard for other scripts composes. */
function typesSomething(key: string): boolean {
  return [...key].length === 1 || key === "Dead" || key === "Process";
}

/** What a key does to the cell that is edited: keep it and go on, or leave it as it was. */
export type EditAct = { keep: true; row: -1 | 0 | 1; column: -1 | 0 | 1 } | { keep: false } | null;

export function editActOf({ key, shiftKey, altKey, ctrlKey, metaKey }: Key): EditAct {
  if (key === "Escape") return { keep: false };
  if (key === "Tab") return { keep: true, row: 0, column: shiftKey ? -1 : 1 };
  if (key !== "Enter" || altKey) return null;
  if (ctrlKey || metaKey) return { keep: true, row: 0, column: 0 };
  return { keep: true, row: shiftKey ? -1 : 1, column: 0 };
}
