import htmx from "htmx.org";
import { Controller } from "@hotwired/stimulus";

/**
 * A link to the same page with more on it: what it leads to replaces the place, and the page stays where it is scrolled.
 *
 * The address becomes the link's, so that a reload and a copied address show as much.
 */
export class MoreController extends Controller<HTMLAnchorElement> {
  static override values = { place: String };
  declare readonly placeValue: string;

  load(event: MouseEvent): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const { href } = this.element;
    const place = `#${this.placeValue}`;
    void htmx.ajax("get", href, { source: this.element, target: place, select: place, swap: "outerHTML show:none" }).then(() => {
      history.replaceState(history.state, "", href);
    });
  }
}
