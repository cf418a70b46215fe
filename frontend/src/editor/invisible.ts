import type { Extension } from "@codemirror/state";
import { highlightSpecialChars } from "@codemirror/view";
import { codeOf, isSpace, shown } from "../invisible";

/** The editor shows hidden characters and unusual spaces as the pages do. */
export function showHidden(): Extension {
  return highlightSpecialChars({ specialChars: shown, render: (code) => mark(String.fromCodePoint(code)) });
}

/** A line's parts for a page, with the editor's marks. */
export function withMarks(line: string): (string | HTMLElement)[] {
  const parts: (string | HTMLElement)[] = [];
  let end = 0;
  for (const { 0: character, index } of line.matchAll(shown)) {
    parts.push(line.slice(end, index), mark(character));
    end = index + character.length;
  }
  return [...parts, line.slice(end)];
}

function mark(character: string): HTMLElement {
  const element = document.createElement("span");
  element.className = "unseen";
  // A file with CRLF has one at the end of each line (line_ends.ts).
  element.toggleAttribute("data-space", isSpace(character) || character === "\r");
  element.title = codeOf(character);
  element.textContent = character === "\r" ? "CR" : element.title;
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", codeOf(character));
  return element;
}
