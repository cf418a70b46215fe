import { saveAll, sayWhyNotSaved } from "../asking_to_save";
import { project } from "../instance";
import { LiveController } from "../../controllers/live";

const PANEL_MEMORY = "foundry.panel";

/** The page as a whole: its keys, and folding the side panel. */
export class WorkspaceController extends LiveController {
  /** Where the panel would cover the text. */
  private readonly narrow = window.matchMedia("(max-width: 1199px)");

  override connect(): void {
    this.fit();
    this.narrow.addEventListener("change", this.fit);
    window.addEventListener("beforeunload", this.leaving);
    // A dialog's own event does not bubble. What opened it, and gets the focus back, may be gone by now.
    document.addEventListener("close", this.closed, { capture: true });
    this.follow(project.on("connection", ({ phase }) => (this.element.dataset["line"] = phase)));
  }

  override disconnect(): void {
    super.disconnect();
    this.narrow.removeEventListener("change", this.fit);
    window.removeEventListener("beforeunload", this.leaving);
    document.removeEventListener("close", this.closed, { capture: true });
  }

  private readonly fit = (): void => {
    this.element.dataset["panel"] = this.narrow.matches ? "closed" : (localStorage.getItem(PANEL_MEMORY) ?? "open");
  };

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
    // Over a proposal its own page takes it.
    if (project.proposal) return;
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
    if (project.proposal) return;
    const fields = [...project.fields.values()];
    if (fields.some((field) => field.isDirty && (!field.isHeld || field.revision > field.keptRevision))) event.preventDefault();
  };
}
