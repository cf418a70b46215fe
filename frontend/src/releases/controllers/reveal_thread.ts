import { Controller } from "@hotwired/stimulus";

/** The thread that the address names is scrolled to. */
export class RevealThreadController extends Controller<HTMLElement> {
  override connect(): void {
    this.element.closest("details")?.setAttribute("open", "");
    this.element.scrollIntoView({ block: "center" });
  }
}
