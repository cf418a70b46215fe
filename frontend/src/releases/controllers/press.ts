import { Controller } from "@hotwired/stimulus";

/** A button that a key presses, too. */
export class PressController extends Controller<HTMLElement> {
  press(event: Event): void {
    event.preventDefault();
    this.element.click();
  }
}
