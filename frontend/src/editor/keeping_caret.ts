import type { EditorView } from "@codemirror/view";

/** Do something that may move the editor down or up on the page; the line with the caret stays where it is on the screen. */
export function keepingCaret(view: EditorView | null, act: () => void): void {
  if (!view?.hasFocus) {
    act();
    return;
  }
  const { scrollDOM } = view;
  const before = scrollDOM.getBoundingClientRect().top;
  const caret = (view.coordsAtPos(view.state.selection.main.head)?.top ?? before) - before;
  act();
  const moved = scrollDOM.getBoundingClientRect().top - before;
  // A caret at the very top is pushed down rather than covered.
  scrollDOM.scrollTop += Math.min(moved, Math.max(caret, 0));
}
