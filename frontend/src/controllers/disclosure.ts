import { Controller } from "@hotwired/stimulus";

/** A button and what it shows under it: opened by click or key, closed by Escape, or a click elsewhere. */
export abstract class Disclosure extends Controller<HTMLElement> {
  declare readonly buttonTarget: HTMLElement;

  override connect(): void {
    document.addEventListener("pointerdown", this.outside);
    this.element.addEventListener("keydown", this.key);
  }

  override disconnect(): void {
    document.removeEventListener("pointerdown", this.outside);
    this.element.removeEventListener("keydown", this.key);
  }

  toggle(): void {
    const isOpening = this.shown.hidden === true;
    this.show(isOpening);
    if (isOpening) this.opened();
  }

  /** What the button shows. */
  protected abstract get shown(): HTMLElement;

  /** Give the focus to the first thing in it. */
  protected abstract opened(): void;

  /** A key other than Escape, while it is open; whether it was taken. */
  protected pressed(_event: KeyboardEvent): boolean {
    return false;
  }

  protected show(isOpen: boolean): void {
    this.shown.hidden = !isOpen;
    this.buttonTarget.setAttribute("aria-expanded", String(isOpen));
  }

  private readonly outside = (event: Event): void => {
    if (!this.element.contains(event.target as Node)) this.show(false);
  };

  private readonly key = (event: KeyboardEvent): void => {
    if (this.shown.hidden) return;
    if (event.key === "Escape") {
      this.show(false);
      this.buttonTarget.focus();
      event.stopPropagation();
    } else if (!this.pressed(event)) return;
    event.preventDefault();
  };
}
