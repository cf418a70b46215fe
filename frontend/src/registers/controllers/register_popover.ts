import { Controller } from "@hotwired/stimulus";

/** A button and a small form under it: opened by click or key, closed by Escape, or a click elsewhere. */
export class RegisterPopoverController extends Controller<HTMLElement> {
  static override targets = ["button", "panel"];
  declare readonly buttonTarget: HTMLElement;
  declare readonly panelTarget: HTMLElement;

  override connect(): void {
    document.addEventListener("pointerdown", this.outside);
    this.element.addEventListener("keydown", this.key);
  }

  override disconnect(): void {
    document.removeEventListener("pointerdown", this.outside);
    this.element.removeEventListener("keydown", this.key);
  }

  toggle(): void {
    const isOpening = this.panelTarget.hidden === true;
    this.show(isOpening);
    if (isOpening) this.panelTarget.querySelector<HTMLElement>("select, input:not([type=hidden]), a, button")?.focus();
  }

  private show(isOpen: boolean): void {
    this.panelTarget.hidden = !isOpen;
    this.buttonTarget.setAttribute("aria-expanded", String(isOpen));
  }

  private readonly outside = (event: Event): void => {
    if (!this.element.contains(event.target as Node)) this.show(false);
  };

  private readonly key = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || this.panelTarget.hidden) return;
    event.preventDefault();
    event.stopPropagation();
    this.show(false);
    this.buttonTarget.focus();
  };
}
