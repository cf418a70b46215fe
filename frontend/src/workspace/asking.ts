import { LiveController } from "../controllers/live";

/** A dialog of the workspace: opened by an event that names what it is about. */
export abstract class AskingController extends LiveController<HTMLDialogElement> {
  override connect(): void {
    this.element.addEventListener(`${this.identifier}:ask`, this.open);
    this.element.addEventListener("opener:opened", this.open);
  }

  override disconnect(): void {
    super.disconnect();
    this.element.removeEventListener(`${this.identifier}:ask`, this.open);
    this.element.removeEventListener("opener:opened", this.open);
  }

  close(): void {
    this.element.close();
  }

  protected abstract prepare(detail: unknown): void;

  private readonly open = (event: Event): void => {
    // What was chosen the last time was about something else; what was written and not sent stays.
    for (const choice of this.element.querySelectorAll<HTMLInputElement>("input:is([type=radio], [type=checkbox])")) {
      choice.checked = choice.defaultChecked;
    }
    this.prepare((event as CustomEvent<unknown>).detail);
    if (!this.element.open) this.element.showModal();
  };
}
