import { saveAll, sayWhyNotSaved } from "../asking_to_save";
import { project } from "../instance";
import { LiveController } from "../../controllers/live";

const PANEL_MEMORY = "foundry.panel";

/** The page as a whole: its keys, and folding the side panel. */
export class WorkspaceController extends LiveController {
  override connect(): void {
    const kept = localStorage.getItem(PANEL_MEMORY);
    const narrow = window.matchMedia("(max-width: 1199px)").matches;
    this.element.dataset["panel"] = narrow ? "closed" : (kept ?? "open");
    window.addEventListener("beforeunload", this.leaving);
    // A dialog's own event does not bubble. What opened it, and gets the focus back, may be gone by now.
    document.addEventListener("close", this.closed, { capture: true });
    this.follow(project.on("connection", ({ phase }) => (this.element.dataset["line"] = phase)));
  }

  override disconnect(): void {
    super.disconnect();
    window.removeEventListener("beforeunload", this.leaving);
    document.removeEventListener("close", this.closed, { capture: true });
  }

  fold(): void {
    const next = this.element.dataset["panel"] === "closed" ? "open" : "closed";
    this.element.dataset["panel"] = next;
    localStorage.setItem(PANEL_MEMORY, next);
  }

  save(event: Event): void {
    event.preventDefault();
    void saveAll();
  }

  saveWithMessage(event: Event): void {
    event.preventDefault();
    if (!project.saving.isPossible) {
      sayWhyNotSaved();
      return;
    }
    this.dispatch("ask", { target: document.getElementById("save-dialog") ?? window, prefix: "save-dialog" });
  }

  before(event: Event): void {
    this.step(event, -1);
  }

  after(event: Event): void {
    this.step(event, 1);
  }

  /** The palette asks for a part of the side panel. */
  panel(event: CustomEvent<string>): void {
    event.preventDefault();
    this.dispatch("show", { target: window, prefix: "panel", detail: event.detail });
  }

  private step(event: Event, by: number): void {
    event.preventDefault();
    this.dispatch("step", { target: window, detail: by });
  }

  private readonly closed = (): void => project.focusText();

  /** Text that the server does not have yet is the only reason to hold somebody back. */
  private readonly leaving = (event: BeforeUnloadEvent): void => {
    const fields = [...project.fields.values()];
    if (fields.some((field) => field.isDirty && (!field.isHeld || field.revision > field.keptRevision))) event.preventDefault();
  };
}
