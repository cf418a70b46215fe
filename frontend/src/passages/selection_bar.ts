import { type EditorState, type Extension, StateField } from "@codemirror/state";
import { showTooltip, type Tooltip } from "@codemirror/view";
import { spriteIcon } from "../editor/comments";
import { say } from "../texts";

/** What can be done with selected lines: comment on them, or link them to a record. */
function makeBar(): HTMLElement {
  const bar = document.createElement("div");
  bar.className = "passage-bar";
  bar.append(makeButton("message-square", say("passages.comment"), "shortcut:comment"), makeButton("link", say("passages.link_to"), "shortcut:link-lines"));
  return bar;
}

function makeButton(icon: string, words: string, event: string): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.tabIndex = -1;
  button.append(spriteIcon(icon, 14), words);
  // The editor keeps its selection.
  button.addEventListener("mousedown", (pressed) => pressed.preventDefault());
  button.addEventListener("click", () => window.dispatchEvent(new CustomEvent(event, { cancelable: true })));
  return button;
}

function barOf(state: EditorState, isShown: () => boolean): Tooltip | null {
  const { from, to, empty } = state.selection.main;
  if (empty || !isShown() || !state.sliceDoc(from, to).trim()) return null;
  return { pos: to, above: false, strictSide: true, arrow: false, create: () => ({ dom: makeBar() }) };
}

/** A bar below the selection, where `isShown`. */
export function selectionBar(isShown: () => boolean): Extension {
  return StateField.define<Tooltip | null>({
    create: (state) => barOf(state, isShown),
    update: (bar, { state, selection, docChanged }) => (selection || docChanged ? barOf(state, isShown) : bar),
    provide: (field) => showTooltip.from(field),
  });
}
