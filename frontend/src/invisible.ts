import patterns from "../../kernel/invisible.json";

// One list for pages (`kernel/invisible.py`), for what the script writes, and for the editor.
const hidden = `${patterns.always}|${patterns.contextual}`;
const named = new RegExp(hidden, "gu");
const space = new RegExp(`^${patterns.spaces}$`, "u");

/** Hidden characters and unusual spaces. */
export const shown = new RegExp(`${hidden}|${patterns.spaces}`, "gu");

/** As the Unicode standard writes it: `U+202E`. */
export function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

export function isSpace(character: string): boolean {
  return space.test(character);
}

/** A text for people in which every hidden character is a readable sign: `⟨U+202E⟩`. */
export function spellOut(text: string): string {
  return text.replace(named, (character) => `⟨${codeOf(character)}⟩`);
}
