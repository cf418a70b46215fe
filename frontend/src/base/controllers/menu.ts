import { Disclosure } from "../../controllers/disclosure";

/** A button and the menu under it, moved through by arrow keys. */
export class MenuController extends Disclosure {
  static override targets = ["button", "items"];
  declare readonly itemsTarget: HTMLElement;

  /** Something was chosen. */
  close(): void {
    this.show(false);
  }

  protected override get shown(): HTMLElement {
    return this.itemsTarget;
  }

  protected override opened(): void {
    this.choices[0]?.focus({ preventScroll: true });
  }

  protected override show(isOpen: boolean): void {
    const isClosed = !isOpen && this.itemsTarget.hidden !== true;
    super.show(isOpen);
    if (isClosed) this.dispatch("closed");
  }

  protected override pressed({ key }: KeyboardEvent): boolean {
    if (key !== "ArrowDown" && key !== "ArrowUp") return false;
    const at = this.choices.indexOf(document.activeElement as HTMLElement);
    this.choices.at((at + (key === "ArrowDown" ? 1 : -1)) % this.choices.length)?.focus();
    return true;
  }

  private get choices(): HTMLElement[] {
    return [...this.itemsTarget.querySelectorAll<HTMLElement>(":is(a, button)")].filter((item) => item.checkVisibility());
  }
}
