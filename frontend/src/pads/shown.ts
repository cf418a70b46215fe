import type { EditorView, ViewUpdate } from "@codemirror/view";
import { Emitter } from "../emitter";

/** The editor of the page; other parts of it look at the text through it. */
export class ShownText extends Emitter<{ update: ViewUpdate | null }> {
  view: EditorView | null = null;

  show(view: EditorView): void {
    this.view = view;
    this.emit("update", null);
  }

  updated(update: ViewUpdate): void {
    this.emit("update", update);
  }
}
