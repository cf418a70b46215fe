import type { EditorView } from "@codemirror/view";

/** Do something that may move the editor down or up on the page; the line with the caret stays where it is on the screen. */
export function keepingCaret(view: EditorView | null, act: () => void): void {
  moveOf(view, act);
}

/**
 * The same for showing and hiding `element` above the text. Where the text cannot be scrolled so far, because the caret
 * is in its first lines or all of it is in sight, the element is shown below the text instead; one that goes leaves an
 * empty place until the text loses the focus.
 */
export function keepingCaretUnder(element: HTMLElement, view: EditorView | null, act: () => void): void {
  const { scrollTop } = view?.scrollDOM ?? {};
  const moved = moveOf(view, () => {
    delete element.dataset["below"];
    placeAfter(element)?.remove();
    act();
  });
  if (!view || scrollTop === undefined || Math.abs(moved) < 1) return;
  if (moved > 0) element.dataset["below"] = "";
  else leavePlace(element, view, -moved);
  view.scrollDOM.scrollTop = scrollTop;
}

function placeAfter(element: HTMLElement): HTMLElement | null {
  const next = element.nextElementSibling;
  return next instanceof HTMLElement && next.classList.contains("held-place") ? next : null;
}

/** As high as what has gone, with the gap that comes with every element there. */
function leavePlace(element: HTMLElement, view: EditorView, height: number): void {
  const place = document.createElement("div");
  place.className = "held-place";
  const before = view.scrollDOM.getBoundingClientRect().top;
  element.after(place);
  const gap = view.scrollDOM.getBoundingClientRect().top - before;
  place.style.height = `${height - gap}px`;
  view.contentDOM.addEventListener("blur", () => place.remove(), { once: true });
}

/** By how many pixels the caret moved down or, below 0, up, because the text could not be scrolled so far. */
function moveOf(view: EditorView | null, act: () => void): number {
  if (!view?.hasFocus) {
    act();
    return 0;
  }
  const { scrollDOM } = view;
  const before = scrollDOM.getBoundingClientRect().top;
  const { scrollTop } = scrollDOM;
  const caret = (view.coordsAtPos(view.state.selection.main.head)?.top ?? before) - before;
  act();
  const moved = scrollDOM.getBoundingClientRect().top - before;
  // A caret at the very top is pushed down rather than covered.
  scrollDOM.scrollTop = scrollTop + Math.min(moved, Math.max(caret, 0));
  return moved - (scrollDOM.scrollTop - scrollTop);
}
