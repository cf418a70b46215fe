import { Controller } from "@hotwired/stimulus";

/** The form of a column: of its parts those that the chosen type has. */
export class RegisterColumnController extends Controller<HTMLElement> {
  static override targets = ["type", "part"];
  declare readonly typeTarget: HTMLSelectElement;
  declare readonly partTargets: HTMLElement[];

  override connect(): void {
    this.choose();
  }

  choose(): void {
    for (const part of this.partTargets) part.hidden = part.dataset["for"] !== this.typeTarget.value;
  }
}
