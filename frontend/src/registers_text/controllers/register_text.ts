import { EditorSelection } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { LiveController } from "../../controllers/live";
import { gateway, me } from "../../live";
import { say } from "../../texts";
import { Carets } from "../carets";
import { setTextWritable, textState } from "../editor";
import { TextSession } from "../session";

/** A text of a record in which several write at once: an editor in the place of the text that Django wrote. */
export class RegisterTextController extends LiveController {
  static override targets = ["plain", "editor", "status", "problem", "why"];
  static override values = { record: String, facet: String, field: String, label: String };
  declare readonly plainTarget: HTMLElement;
  declare readonly editorTarget: HTMLElement;
  declare readonly statusTarget: HTMLElement;
  declare readonly problemTarget: HTMLElement;
  declare readonly whyTarget: HTMLElement;
  declare readonly recordValue: string;
  declare readonly facetValue: string;
  declare readonly fieldValue: string;
  declare readonly labelValue: string;
  private session: TextSession | null = null;
  private view: EditorView | null = null;
  private isWritable: boolean | null = null;

  override connect(): void {
    const place = { record: this.recordValue, facet: this.facetValue, field: this.fieldValue };
    const session = new TextSession(gateway, place, me);
    const carets = new Carets(session);
    this.session = session;
    this.follow(
      session.on("document", () => this.show(session, carets)),
      session.on("status", () => this.paint(session)),
      session.start(),
      () => carets.end(),
      () => this.view?.destroy(),
    );
  }

  again(): void {
    this.session?.again();
  }

  discard(): void {
    this.session?.discard();
  }

  copy(): void {
    void navigator.clipboard.writeText(this.session?.text.toString() ?? "");
  }

  private show(session: TextSession, carets: Carets): void {
    const watching = EditorView.updateListener.of((update) => {
      carets.updated(update);
      if (update.focusChanged && !update.view.hasFocus) session.flush();
    });
    const state = textState(session, this.labelValue, [watching, carets.extension]);
    if (this.view) this.replace(state);
    else {
      this.view = new EditorView({ state, parent: this.editorTarget });
      this.plainTarget.hidden = true;
      this.editorTarget.hidden = false;
    }
    carets.show(this.view);
    this.isWritable = null;
    this.paint(session);
  }

  /** Another document with much the same text: the caret stays. */
  private replace(state: ReturnType<typeof textState>): void {
    const view = this.view!;
    const { anchor, head } = view.state.selection.main;
    const [hadFocus, most] = [view.hasFocus, state.doc.length];
    view.setState(state);
    view.dispatch({ selection: EditorSelection.range(Math.min(anchor, most), Math.min(head, most)) });
    if (hadFocus) view.focus();
  }

  private paint(session: TextSession): void {
    this.element.dataset["state"] = session.isWritable ? "free" : "reading";
    this.statusTarget.textContent = statusOf(session);
    this.problemTarget.hidden = session.problem === null;
    this.whyTarget.textContent = session.problem?.detail ?? "";
    if (!this.view || this.isWritable === session.isWritable) return;
    this.isWritable = session.isWritable;
    const { view, labelValue } = this;
    // The session may change while the editor updates.
    queueMicrotask(() => view.dispatch({ effects: setTextWritable(session, labelValue) }));
  }
}

function statusOf(session: TextSession): string {
  if (session.phase === "offline") return say(session.isSaved ? "registers.text.offline" : "registers.text.offline_typed");
  if (session.isConflicted) return say("registers.text.conflict");
  if (session.problem) return say("registers.text.not_saved");
  if (!session.isSaved) return say("registers.text.saving");
  return session.phase === "live" && session.writer !== null ? say("registers.text.saved") : "";
}
