import { count, say } from "../../texts";
import { short } from "../../time";
import { lineDelta } from "../../editor/unsaved";
import { saveAll } from "../asking_to_save";
import { project } from "../instance";
import { LiveController } from "../../controllers/live";

/** The one primary button: says what it would make, that it is being made, or that all is saved. */
export class SaveController extends LiveController {
  static override targets = ["split", "button", "label", "more", "done", "unsaved", "summary", "cancel"];
  declare readonly splitTarget: HTMLElement;
  declare readonly hasSplitTarget: boolean;
  declare readonly buttonTarget: HTMLButtonElement;
  declare readonly labelTarget: HTMLElement;
  declare readonly moreTarget: HTMLButtonElement;
  declare readonly hasMoreTarget: boolean;
  declare readonly doneTarget: HTMLElement;
  declare readonly unsavedTarget: HTMLElement;
  declare readonly summaryTarget: HTMLElement;
  declare readonly hasSummaryTarget: boolean;
  declare readonly cancelTarget: HTMLButtonElement;
  declare readonly hasCancelTarget: boolean;

  override connect(): void {
    this.follow(
      project.on("field", () => this.paint()),
      project.on("version", () => this.paint()),
      project.on("status", () => this.paint()),
      project.on("saving", () => this.paint()),
      project.on("connection", () => this.paint()),
    );
    this.paint();
  }

  save(): void {
    void saveAll().then(() => project.focusText());
  }

  cancel(): void {
    this.dispatch("cancelled", { target: window });
  }

  ask(): void {
    this.dispatch("ask", { target: document.getElementById("save-dialog") ?? window, prefix: "save-dialog" });
  }

  private paint(): void {
    if (this.hasSplitTarget) this.paintButton();
    if (this.hasSummaryTarget) this.paintSummary();
    if (this.hasCancelTarget) this.cancelTarget.hidden = ![...project.fields.values()].some((field) => field.isHeld && field.view);
  }

  private paintButton(): void {
    const { saving } = project;
    const held = [...project.fields.values()].some((field) => field.isHeld || field.isDirty);
    const next = { version: project.version + 1 };
    this.splitTarget.hidden = !held || !project.may.write;
    this.doneTarget.hidden = held || project.version === 0;
    this.labelTarget.textContent = saving.isWaiting ? say("save.waiting") : say(saving.isRunning ? "save.running" : "save.as", next);
    const can = saving.isPossible;
    this.buttonTarget.disabled = !can;
    if (this.hasMoreTarget) this.moreTarget.disabled = !can;
    const words = this.doneTarget.querySelector("span");
    if (words) words.textContent = this.doneWords();
  }

  private doneWords(): string {
    const { last } = project.saving;
    if (last?.version === project.version) return say("save.done_at", { version: last.version, time: short(last.at) });
    return project.version === 0 ? say("save.none") : say("save.all", { version: project.version });
  }

  private paintSummary(): void {
    const dirty = [...project.fields.values()].filter((field) => field.isDirty);
    this.unsavedTarget.hidden = dirty.length === 0;
    const states = dirty.flatMap((field) => (field.state ? [lineDelta(field.state)] : []));
    const added = states.reduce((sum, one) => sum + one.added, 0);
    const removed = states.reduce((sum, one) => sum + one.removed, 0);
    this.summaryTarget.textContent = dirty.length > 0 ? `+${added} −${removed} · ${count("fields", dirty.length)}` : this.doneWords();
  }
}
