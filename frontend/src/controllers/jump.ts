import { EditorView } from "@codemirror/view";
import { Controller } from "@hotwired/stimulus";
import type { Field } from "../workspace/field";

/** `?line=12` in the address: a search or a link names a line; the first field shown is opened at it. */
export class JumpController extends Controller<HTMLElement> {
  override connect(): void {
    window.addEventListener("sheet:painted", this.jump);
  }

  override disconnect(): void {
    window.removeEventListener("sheet:painted", this.jump);
  }

  private readonly jump = (event: Event): void => {
    const { view } = (event as CustomEvent<Field>).detail;
    if (!view) return;
    this.disconnect();
    const line = Number(new URLSearchParams(location.search).get("line"));
    if (!Number.isInteger(line) || line < 1) return;
    const { from } = view.state.doc.line(Math.min(line, view.state.doc.lines));
    // Painted inside its own update; a second change waits until that is over.
    queueMicrotask(() => view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) }));
  };
}
