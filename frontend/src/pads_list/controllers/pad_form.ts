import { Controller } from "@hotwired/stimulus";

/** The form of a new pad: only a field has a text to begin with. */
export class PadFormController extends Controller<HTMLFormElement> {
  static override targets = ["field", "start"];
  declare readonly fieldTarget: HTMLSelectElement;
  declare readonly startTarget: HTMLFieldSetElement;

  override connect(): void {
    this.paint();
  }

  paint(): void {
    const hasField = this.fieldTarget.value !== "";
    this.startTarget.hidden = this.startTarget.disabled = !hasField;
  }
}
