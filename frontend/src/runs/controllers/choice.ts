import { Controller } from "@hotwired/stimulus";
import { part } from "../../controllers/live";

/** Choosing one of the runs beside each other: by its radio, or by the number of its column. */
export class ChoiceController extends Controller<HTMLElement> {
  static override targets = ["radio", "column", "none", "one", "send"];
  declare readonly radioTargets: HTMLInputElement[];
  declare readonly columnTargets: HTMLElement[];
  declare readonly noneTarget: HTMLElement;
  declare readonly oneTarget: HTMLElement;
  declare readonly sendTargets: HTMLButtonElement[];
  declare readonly hasOneTarget: boolean;

  override connect(): void {
    this.chosen();
  }

  first(event: Event): void {
    this.pick(0, event);
  }

  second(event: Event): void {
    this.pick(1, event);
  }

  third(event: Event): void {
    this.pick(2, event);
  }

  fourth(event: Event): void {
    this.pick(3, event);
  }

  chosen(): void {
    const at = this.radioTargets.findIndex(({ checked }) => checked);
    const radio = this.radioTargets[at];
    this.columnTargets.forEach((column, index) => column.toggleAttribute("data-picked", index === at));
    if (!radio || !this.hasOneTarget) return;
    this.noneTarget.hidden = true;
    this.oneTarget.hidden = false;
    (part(this.oneTarget, "number") as HTMLElement).textContent = radio.dataset["number"] ?? "";
    (part(this.oneTarget, "name") as HTMLElement).textContent = radio.dataset["name"] ?? "";
    for (const send of this.sendTargets) send.disabled = false;
  }

  /** By the shortcut of a column. */
  private pick(column: number, event: Event): void {
    const radio = this.radioTargets[column];
    if (!radio) return;
    event.preventDefault();
    radio.checked = true;
    radio.focus();
    this.chosen();
  }
}
