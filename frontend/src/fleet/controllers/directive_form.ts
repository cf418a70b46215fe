import { Controller } from "@hotwired/stimulus";

/** The form of a directive: shows what belongs to the choices, and asks again for what another team offers. */
export class DirectiveFormController extends Controller<HTMLFormElement> {
  static override targets = ["destination", "path", "modes", "hours"];
  declare readonly destinationTarget: HTMLSelectElement;
  declare readonly pathTarget: HTMLElement;
  declare readonly modesTarget: HTMLElement;
  declare readonly hoursTarget: HTMLElement;

  override connect(): void {
    this.changed();
  }

  changed(): void {
    this.pathTarget.hidden = this.destinationTarget.value !== "file";
    const mode = this.modesTarget.querySelector<HTMLInputElement>("input[name=mode]:checked");
    this.hoursTarget.hidden = mode?.value !== "temporary";
  }

  /** Without the button: the server writes the form again, with what was typed. */
  again(): void {
    this.element.noValidate = true;
    this.element.submit();
  }
}
