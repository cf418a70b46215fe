import { Controller } from "@hotwired/stimulus";
import { rememberDialog } from "../dialog_opener";

/** A dialog that has an address of its own: modal as soon as the script runs; closing it leads back to the page under it. */
export class PageDialogController extends Controller<HTMLDialogElement> {
  static override values = { back: String };
  declare readonly backValue: string;

  override connect(): void {
    // Written open for browsers without a script; an open dialog cannot become modal.
    this.element.removeAttribute("open");
    this.element.showModal();
    rememberDialog(this.backValue);
    this.element.addEventListener("cancel", this.leave);
    this.element.addEventListener("pointerdown", this.scrim);
  }

  override disconnect(): void {
    this.element.removeEventListener("cancel", this.leave);
    this.element.removeEventListener("pointerdown", this.scrim);
  }

  private readonly leave = (event: Event): void => {
    event.preventDefault();
    location.assign(this.backValue);
  };

  private readonly scrim = (event: Event): void => {
    if (event.target === this.element && !this.isTyped) this.leave(event);
  };

  /** A click beside the dialog must not lose what somebody wrote in it. */
  private get isTyped(): boolean {
    const inputs = this.element.querySelectorAll<HTMLInputElement>("input:not([type=hidden], [type=radio])");
    return [...inputs].some((input) => input.value !== input.defaultValue);
  }
}
