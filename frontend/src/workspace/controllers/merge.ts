import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { finding } from "../../editor/find";
import { plainEditor } from "../../editor/setup";
import { say } from "../../texts";
import { short } from "../../time";
import { project } from "../instance";
import type { Field } from "../field";
import type { KeptText } from "../server";
import { showTheirs, useText } from "../conflicts";
import { confirmDiscard } from "../discarding";
import { LiveController } from "../../controllers/live";

interface Question {
  field: Field;
  kept?: KeptText;
}

/** Your text beside the current one: choose line by line, or write; nothing of either is lost until you say so. */
export class MergeController extends LiveController<HTMLDialogElement> {
  static override targets = ["title", "text", "left", "body", "takeTheirs"];
  declare readonly titleTarget: HTMLElement;
  declare readonly textTarget: HTMLElement;
  declare readonly leftTarget: HTMLElement;
  declare readonly bodyTarget: HTMLElement;
  declare readonly takeTheirsTarget: HTMLButtonElement;
  private question: Question | null = null;
  private merge: MergeView | null = null;

  override connect(): void {
    this.element.addEventListener("merge:ask", this.open);
    this.element.addEventListener("close", this.tidy);
  }

  override disconnect(): void {
    super.disconnect();
    this.element.removeEventListener("merge:ask", this.open);
    this.element.removeEventListener("close", this.tidy);
  }

  close(): void {
    this.element.close();
  }

  /** Use what stands at the right as this person's text, under a lock of their own. */
  async submit(event: Event): Promise<void> {
    event.preventDefault();
    if (!this.question || !this.merge) return;
    const { field, kept } = this.question;
    const text = this.merge.b.state.doc.toString();
    if (await useText(field, text)) {
      this.element.close();
      if (!kept) return;
      // The text is kept under its new lock before the old one's is let go.
      await project.autosave.now(field);
      await project.autosave.discard(kept);
    } else {
      this.textTarget.textContent = say("merge.held", { name: field.lock?.holder.display_name ?? "" });
    }
  }

  async takeTheirs(): Promise<void> {
    const { question } = this;
    if (!question || !(await confirmDiscard())) return;
    const { field, kept } = question;
    if (kept) await project.autosave.discard(kept);
    else showTheirs(field);
    project.changed(field);
    this.element.close();
  }

  private readonly open = (event: Event): void => {
    const question = (event as CustomEvent<Question>).detail;
    const { field, kept } = question;
    this.question = question;
    this.titleTarget.textContent = say(kept ? "merge.kept" : "merge.unsaved", { field: field.label });
    this.textTarget.textContent = say("merge.text");
    this.leftTarget.textContent = say("merge.current", { version: field.base });
    this.takeTheirsTarget.textContent = say("merge.drop");
    this.element.showModal();
    const shared = [plainEditor(field.language, field.keepsLineEnds), finding({ top: false })];
    this.merge = new MergeView({
      parent: this.bodyTarget,
      a: { doc: field.saved, extensions: [shared, EditorState.readOnly.of(true), label(this.leftTarget.textContent)] },
      b: { doc: kept?.content ?? field.text, extensions: [shared, label(say("merge.yours", { time: short(new Date()) }))] },
      revertControls: "a-to-b",
      renderRevertControl: () => this.control(),
      collapseUnchanged: { margin: 3, minSize: 6 },
      gutter: true,
      diffConfig: { scanLimit: 1000, timeout: 200 },
    });
  };

  private control(): HTMLElement {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "›";
    button.ariaLabel = button.title = say("merge.take_line");
    return button;
  }

  private readonly tidy = (): void => {
    this.merge?.destroy();
    this.merge = null;
    this.question = null;
  };
}

function label(words: string | null) {
  return EditorView.contentAttributes.of({ "aria-label": words ?? "" });
}
