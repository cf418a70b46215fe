/** The shortcuts that Django lists (`workspace/shortcuts.py`), and which of them a key press is. */

interface Shortcut {
  name: string;
  keys: string;
}

const listed = JSON.parse(document.getElementById("shortcuts-data")?.textContent ?? "[]") as Shortcut[];
const isApple = navigator.platform.startsWith("Mac");

/** The name of the shortcut that was pressed. */
export function pressed(event: KeyboardEvent): string | undefined {
  const keys = [...modifiers(event), keyOf(event)].join("+");
  return listed.find((shortcut) => shortcut.keys === keys)?.name;
}

export function isPressed(name: string, event: KeyboardEvent): boolean {
  return pressed(event) === name;
}

/** Whether the key types something where it was pressed: a letter in a text is no shortcut. */
export function types(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  return event.target instanceof HTMLElement && event.target.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true]");
}

function* modifiers(event: KeyboardEvent): Generator<string> {
  if (isApple ? event.metaKey : event.ctrlKey) yield "Mod";
  if (isApple ? event.ctrlKey : event.metaKey) yield "Other";
  if (event.altKey) yield "Alt";
  // A question mark needs Shift on most keyboards, and says so by itself; an arrow is the same key with it.
  if (event.shiftKey && (event.ctrlKey || event.metaKey || event.altKey || event.key.length > 1)) yield "Shift";
}

/** With Alt some keyboards write other letters: then the key's place counts. */
function keyOf({ key, code, altKey }: KeyboardEvent): string {
  if (altKey && code.startsWith("Key")) return code.slice(3).toLowerCase();
  if (key === " ") return "Space";
  return key.length === 1 ? key.toLowerCase() : key;
}
