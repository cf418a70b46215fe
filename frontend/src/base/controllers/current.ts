import { Controller } from "@hotwired/stimulus";

/** A list that scrolls: the row that is open is in view from the start. */
export class CurrentController extends Controller<HTMLElement> {
  override connect(): void {
    this.element.querySelector("[aria-current=true]")?.scrollIntoView({ block: "nearest" });
  }
}
