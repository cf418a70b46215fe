import { Controller } from "@hotwired/stimulus";

/** A button that waits for a box of its form to be ticked. Without the script the browser asks for the box instead. */
export class OnlyWhenTickedController extends Controller<HTMLFormElement> {
  static override targets = ["box", "button"];
  declare readonly boxTarget: HTMLInputElement;
  declare readonly buttonTarget: HTMLButtonElement;

  override connect(): void {
    this.follow();
  }

  follow(): void {
    this.buttonTarget.disabled = !this.boxTarget.checked;
  }
}
