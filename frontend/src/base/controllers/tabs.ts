import { Controller } from "@hotwired/stimulus";

/** A row of tabs that may be wider than its place: the one that is open is in sight. */
export class TabsController extends Controller<HTMLElement> {
  override connect(): void {
    const open = this.element.querySelector<HTMLElement>("[aria-current=page]");
    if (!open) return;
    const { element } = this;
    element.scrollLeft = open.offsetLeft - element.offsetLeft - (element.clientWidth - open.offsetWidth) / 2;
  }
}
