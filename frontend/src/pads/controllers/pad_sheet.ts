import { EditorSelection, type Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { toast } from "../../base/controllers/toasts";
import { LiveController, part } from "../../controllers/live";
import { say } from "../../texts";
import { Cursors } from "../cursors";
import { padState, setPadWritable } from "../editor";
import { people, session, shown } from "../instance";
import { loadLanguage } from "../languages";

/** The sheet with the editor: shows the document that the session has, and says who may write in it. */
export class PadSheetController extends LiveController {
  static override targets = ["body", "loading", "failed"];
  declare readonly bodyTarget: HTMLElement;
  declare readonly loadingTarget: HTMLElement;
  declare readonly failedTarget: HTMLElement;
  private view: EditorView | null = null;
  private cursors: Cursors | null = null;
  private language: Extension = [];
  private isWritable: boolean | null = null;

  override connect(): void {
    const loading = loadLanguage(session.data.language);
    this.follow(
      session.on("document", () => void loading.then((language) => this.showDocument(language))),
      session.on("status", () => this.paint()),
      people.on("changed", () => this.cursors?.removeGone((writer) => people.isHere(writer))),
      session.on("renewed", () => toast({ text: say("pads.renewed"), kind: "info" })),
    );
  }

  again(): void {
    session.again();
  }

  private showDocument(language: Extension): void {
    this.language = language;
    const watching = EditorView.updateListener.of((update) => {
      this.cursors?.updated(update);
      shown.updated(update);
    });
    const state = padState(session, this.language, watching);
    if (!this.view) {
      this.view = new EditorView({ state, parent: this.bodyTarget });
      this.cursors = new Cursors(session, this.view);
      this.loadingTarget.hidden = true;
      // Whoever has just made a pad goes on by typing.
      const isUntouched = document.activeElement === document.body;
      if (session.isWritable && isUntouched && state.doc.length === 0) this.view.focus();
    } else {
      this.replaceState(state);
      this.cursors?.showAll();
    }
    this.isWritable = null;
    this.paint();
    shown.show(this.view);
  }

  /** Another document with much the same text: the caret and the place stay. */
  private replaceState(state: ReturnType<typeof padState>): void {
    const view = this.view!;
    const { anchor, head } = view.state.selection.main;
    const [top, hadFocus, most] = [view.scrollDOM.scrollTop, view.hasFocus, state.doc.length];
    view.setState(state);
    view.dispatch({ selection: EditorSelection.range(Math.min(anchor, most), Math.min(head, most)) });
    view.scrollDOM.scrollTop = top;
    if (hadFocus) view.focus();
  }

  private paint(): void {
    const { phase, problem, isWritable } = session;
    this.element.dataset["state"] = isWritable ? "free" : "reading";
    const isFailed = phase === "failed" && !this.view;
    this.failedTarget.hidden = !isFailed;
    if (isFailed) {
      this.loadingTarget.hidden = true;
      part(this.failedTarget, "why")!.textContent = problem?.detail ?? "";
    }
    if (!this.view || this.isWritable === isWritable) return;
    this.isWritable = isWritable;
    const { view } = this;
    // The session may change while the editor updates.
    queueMicrotask(() => view.dispatch({ effects: setPadWritable(session) }));
  }
}
