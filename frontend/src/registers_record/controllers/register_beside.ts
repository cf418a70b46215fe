import { Controller } from "@hotwired/stimulus";

/** The list beside a record: the one that is open is in view. */
export class RegisterBesideController extends Controller<HTMLElement> {
  override connect(): void {
    this.element.querySelector("[aria-current=true]")?.scrollIntoView({ block: "nearest" });
  }
}
