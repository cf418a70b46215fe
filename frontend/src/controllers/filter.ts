import { Controller } from "@hotwired/stimulus";

/** Sends its form when what was chosen changes, a moment after typing pauses; `/` puts the focus into its search. */
export class FilterController extends Controller<HTMLFormElement> {
  static override targets = ["search"];
  declare readonly searchTarget: HTMLInputElement;
  declare readonly hasSearchTarget: boolean;

  override connect(): void {
    window.addEventListener("keydown", this.slash);
  }

  override disconnect(): void {
    window.removeEventListener("keydown", this.slash);
  }

  submit(): void {
    this.element.requestSubmit();
  }

  private readonly slash = (event: KeyboardEvent): void => {
    const inText = event.target instanceof HTMLElement && event.target.matches("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || inText || !this.hasSearchTarget) return;
    event.preventDefault();
    this.searchTarget.focus();
    this.searchTarget.select();
  };
}
