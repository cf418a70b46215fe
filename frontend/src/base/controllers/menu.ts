import { Controller } from "@hotwired/stimulus";

/** A button and the menu under it: opened by click or key, moved through by arrow keys, closed by Escape or a click elsewhere. */
export class MenuController extends Controller<HTMLElement> {
  static override targets = ["button", "items"];
  declare readonly buttonTarget: HTMLButtonElement;
  declare readonly itemsTarget: HTMLElement;

  override connect(): void {
    document.addEventListener("pointerdown", this.outside);
    this.element.addEventListener("keydown", this.key);
  }

  override disconnect(): void {
    document.removeEventListener("pointerdown", this.outside);
    this.element.removeEventListener("keydown", this.key);
  }

  toggle(): void {
    const open = this.itemsTarget.hidden === true;
    this.show(open);
    if (open) this.choices[0]?.focus({ preventScroll: true });
  }

  /** Something was chosen. */
  close(): void {
    this.show(false);
  }

  private show(open: boolean): void {
    const isClosed = !open && this.itemsTarget.hidden !== true;
    this.itemsTarget.hidden = !open;
    this.buttonTarget.setAttribute("aria-expanded", String(open));
    if (isClosed) this.dispatch("closed");
  }

  private get choices(): HTMLElement[] {
    return [...this.itemsTarget.querySelectorAll<HTMLElement>(":is(a, button)")].filter((item) => item.checkVisibility());
  }

  private readonly outside = (event: Event): void => {
    if (!this.element.contains(event.target as Node)) this.show(false);
  };

  private readonly key = (event: KeyboardEvent): void => {
    if (this.itemsTarget.hidden) return;
    if (event.key === "Escape") {
      this.show(false);
      this.buttonTarget.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const at = this.choices.indexOf(document.activeElement as HTMLElement);
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.choices.at((at + step) % this.choices.length)?.focus();
    } else {
      return;
    }
    event.preventDefault();
  };
}
