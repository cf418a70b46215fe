import { Controller } from "@hotwired/stimulus";
import { fetchPart } from "../../page_parts";

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
    const placing = { source: this.element, target: place, select: place, swap: "outerHTML show:none" };
    void fetchPart(href, placing).then((isDone) => {
      if (isDone) history.replaceState(history.state, "", href);
    });
  }
}
