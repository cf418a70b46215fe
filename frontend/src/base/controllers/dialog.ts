import { Controller } from "@hotwired/stimulus";
import { succeeded } from "../../responses";

/** Opens the dialog whose id it names, and puts the focus into its first field. */
export class OpenerController extends Controller<HTMLElement> {
  static override values = { dialog: String };
  declare readonly dialogValue: string;

  open(event: Event): void {
    event.preventDefault();
    const dialog = document.getElementById(this.dialogValue);
    if (!(dialog instanceof HTMLDialogElement)) return;
    this.dispatch("opened", { target: dialog });
    dialog.showModal();
  }
}

/** A dialog with a form of Django's: closes by its buttons or by a click on the scrim. */
export class DialogController extends Controller<HTMLDialogElement> {
  static override values = { open: Boolean };
  declare readonly openValue: boolean;

  override connect(): void {
    this.element.addEventListener("pointerdown", this.scrim);
    this.element.addEventListener("opener:opened", this.reset);
    if (this.openValue && !this.element.open) this.element.showModal();
  }

  override disconnect(): void {
    this.element.removeEventListener("pointerdown", this.scrim);
    this.element.removeEventListener("opener:opened", this.reset);
  }

  /** Somebody asked for it by key. */
  show(event: Event): void {
    event.preventDefault();
    if (!this.element.open) this.element.showModal();
  }

  close(): void {
    this.element.close();
  }

  /** Its form was answered; a refusal comes back as the form with what is wrong. */
  answered(event: Event): void {
    if (!succeeded(event)) return;
    this.element.close();
    this.reset();
  }

  /** Opened again, it asks about something else; what is kept for its person until it is sent stays. */
  private readonly reset = (): void => {
    for (const form of this.element.querySelectorAll<HTMLFormElement>("form:not(:has([data-controller~='unsent']))")) form.reset();
  };

  private readonly scrim = (event: Event): void => {
    if (event.target === this.element) this.element.close();
  };
}
