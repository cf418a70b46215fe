import type { Extension } from "@codemirror/state";
import { highlightSpecialChars } from "@codemirror/view";
import { codeOf, isSpace, shown } from "../invisible";

/** The editor shows hidden characters and unusual spaces as the pages do. */
export function showHidden(): Extension {
  return highlightSpecialChars({ specialChars: shown, render: (code) => mark(String.fromCodePoint(code)) });
}

function mark(character: string): HTMLElement {
  const element = document.createElement("span");
  element.className = "unseen";
  element.toggleAttribute("data-space", isSpace(character));
  element.textContent = element.title = codeOf(character);
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", codeOf(character));
  return element;
}
