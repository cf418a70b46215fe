import { Controller } from "@hotwired/stimulus";

/** Sends its form when what was chosen changes, a moment after typing pauses. */
export class FilterController extends Controller<HTMLFormElement> {
  static override targets = ["search"];
  declare readonly searchTarget: HTMLInputElement;

  submit(): void {
    this.element.requestSubmit();
  }

  /** By its shortcut. */
  search(event: Event): void {
    event.preventDefault();
    this.searchTarget.focus();
    this.searchTarget.select();
  }
}
