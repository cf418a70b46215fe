import { isOfAnotherAccount, pageHeaders } from "../account";
import { localise } from "../time";
import type { Cell } from "./edits";

/** A row as Django wrote it: `data-record` and `data-key`, and in it cells with `data-field`, `data-text` and `data-tips`. */
export interface Row {
  record: string;
  key: string;
  element: HTMLElement;
}

export function rowOf(element: HTMLElement): Row {
  return { record: element.dataset["record"] ?? "", key: element.dataset["key"] ?? "", element };
}

export function cellOf(row: Row, field: string): HTMLElement | null {
  return row.element.querySelector<HTMLElement>(`:scope > [data-field="${CSS.escape(field)}"]`);
}

export function cellsOf(row: Row): HTMLElement[] {
  return [...row.element.querySelectorAll<HTMLElement>(":scope > [data-field]")];
}

/** What a cell shows, as the server has it. */
export function factsOf(row: Row, cell: HTMLElement): Cell {
  const { field = "", text = "", tips = "" } = cell.dataset;
  return { record: row.record, field, text, tips: tips.split(" ").filter(Boolean) };
}

export function rowsIn(root: ParentNode): Row[] {
  return [...root.querySelectorAll<HTMLElement>("[data-record]")].map(rowOf);
}

/** The table has other columns now than the page: its rows do not fit under the heads. */
export class OtherColumns extends Error {}

/**
 * Rows from Django, and how many there are in all. Rejects where nobody answers, or the answer is none; with `OtherColumns`
 * where it has other columns than `fields`.
 */
export async function fetchRows(address: string, parameters: [string, string][], fields: readonly string[]): Promise<{ rows: Row[]; count: number }> {
  const query = new URLSearchParams(parameters);
  const answer = await fetch(`${address}${address.includes("?") ? "&" : "?"}${query}`, { headers: pageHeaders(), credentials: "same-origin" });
  if (isOfAnotherAccount(answer) || !answer.ok) throw new Error(`${answer.status}`);
  const columns = JSON.parse(answer.headers.get("X-Columns") ?? "[]") as string[];
  if (columns.length !== fields.length || !columns.every((field) => fields.includes(field))) throw new OtherColumns();
  const template = document.createElement("template");
  template.innerHTML = await answer.text();
  localise(template.content);
  return { rows: rowsIn(template.content), count: Number(answer.headers.get("X-Count") ?? 0) };
}
