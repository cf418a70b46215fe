import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { finding } from "../../editor/find";
import { plainEditor } from "../../editor/setup";
import { say } from "../../texts";
import { short } from "../../time";
import { attempt } from "../attempt";
import { project } from "../instance";
import type { Field } from "../field";
import type { KeptText } from "../server";
import { finishRestoring, useText } from "../conflicts";
import { confirmDiscard } from "../discarding";
import { LiveController } from "../../controllers/live";

interface Question {
  field: Field;
  /** A kept text to be used or discarded; without one, the field's own unsaved text is only looked at. */
  kept?: KeptText;
}

/** Your text beside the current one: to be looked at, or, where it is offered back, to be used line by line. */
export class MergeController extends LiveController<HTMLDialogElement> {
  static override targets = ["title", "text", "left", "right", "body", "form", "close"];
  declare readonly titleTarget: HTMLElement;
  declare readonly textTarget: HTMLElement;
  declare readonly leftTarget: HTMLElement;
  declare readonly rightTarget: HTMLElement;
  declare readonly bodyTarget: HTMLElement;
  /** What only a text that can be used has. */
  declare readonly formTargets: HTMLElement[];
  declare readonly closeTarget: HTMLElement;
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

  /** Use the text at the right as this person's text, under a lock of their own. */
  async submit(event: Event): Promise<void> {
    event.preventDefault();
    if (!this.question?.kept || !this.merge) return;
    const { field, kept } = this.question;
    const text = this.merge.b.state.doc.toString();
    if (await useText(field, text)) {
      this.element.close();
      await attempt(finishRestoring(field, kept));
    } else {
      this.textTarget.textContent = say("merge.held", { name: field.lock?.holder.display_name ?? "" });
    }
  }

  async discard(): Promise<void> {
    const { field, kept } = this.question ?? {};
    if (!field || !kept || !(await confirmDiscard())) return;
    if (!(await attempt(project.kept.discard(kept)))) return;
    project.changed(field);
    this.element.close();
  }

  private readonly open = (event: Event): void => {
    const question = (event as CustomEvent<Question>).detail;
    const { field, kept } = question;
    const isUsable = kept !== undefined && project.isWritable(field);
    const readOnly = EditorState.readOnly.of(true);
    const holder = project.viewOf(field) === "theirs" ? (field.lock?.holder.display_name ?? "") : "";
    this.question = question;
    const isProposed = project.proposal !== null;
    this.titleTarget.textContent = say(isProposed ? "proposal.compare" : "merge.title", { field: field.label });
    this.textTarget.textContent = isUsable ? say("merge.text") : holder ? say("merge.held", { name: holder }) : "";
    this.leftTarget.textContent = say("merge.current", { version: field.base });
    this.rightTarget.textContent = kept ? say("merge.yours", { time: short(new Date(kept.updated_at)) }) : say(isProposed ? "drift.yours" : "merge.now");
    for (const part of this.formTargets) part.hidden = !isUsable;
    this.closeTarget.textContent = say(isUsable ? "merge.later" : "merge.close");
    this.element.showModal();
    const shared = [plainEditor(field.language, field.keepsLineEnds), finding({ top: false })];
    this.merge = new MergeView({
      parent: this.bodyTarget,
      a: { doc: field.saved, extensions: [shared, readOnly, label(this.leftTarget.textContent)] },
      b: { doc: kept?.content ?? field.text, extensions: [shared, isUsable ? [] : readOnly, label(this.rightTarget.textContent)] },
      ...(isUsable ? { revertControls: "a-to-b", renderRevertControl: () => this.control() } : {}),
      collapseUnchanged: { margin: 3, minSize: 6 },
      gutter: true,
      diffConfig: { scanLimit: 1000, timeout: 200 },
    });
    if (!isUsable) this.closeTarget.focus();
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
