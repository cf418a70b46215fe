import { Controller } from "@hotwired/stimulus";

/** A link that a shortcut follows. */
export class LinkController extends Controller<HTMLAnchorElement> {
  go(event: Event): void {
    event.preventDefault();
    this.element.click();
  }
}
