import { EditorView } from "@codemirror/view";
import { project } from "../instance";
import type { Field } from "../field";
import { LiveController } from "../../controllers/live";

/** `?line=12` in the address names a line of the first field shown; `jump:line` names one of the field shown now. */
export class JumpController extends LiveController {
  override connect(): void {
    window.addEventListener("sheet:painted", this.first);
    window.addEventListener("jump:line", this.asked);
  }

  override disconnect(): void {
    super.disconnect();
    window.removeEventListener("sheet:painted", this.first);
    window.removeEventListener("jump:line", this.asked);
  }

  private readonly first = (event: Event): void => {
    const { view } = (event as CustomEvent<Field>).detail;
    if (!view) return;
    window.removeEventListener("sheet:painted", this.first);
    jump(view, Number(new URLSearchParams(location.search).get("line")));
  };

  private readonly asked = (event: Event): void => {
    // The sheet shows another field once its text has come.
    window.setTimeout(() => {
      const view = [...project.fields.values()].find((field) => field.view)?.view;
      if (view) jump(view, (event as CustomEvent<number>).detail);
      view?.focus();
    });
  };
}

function jump(view: EditorView, line: number): void {
  if (!Number.isInteger(line) || line < 1) return;
  const { from } = view.state.doc.line(Math.min(line, view.state.doc.lines));
  // Painted inside its own update; a second change waits until that is over.
  queueMicrotask(() => view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) }));
}
