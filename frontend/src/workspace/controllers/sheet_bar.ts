import { Controller } from "@hotwired/stimulus";

/** What gives way, one after the other, until the name of the field is whole: words around the state; words of tools. */
const STEPS = ["", "words", "tools"] as const;

/** The bar over the text. How much room its words need depends on names, so it is measured. */
export class SheetBarController extends Controller<HTMLElement> {
  static override targets = ["name"];
  declare readonly nameTarget: HTMLElement;
  private readonly sizes = new ResizeObserver(() => this.fit());
  private readonly words = new MutationObserver(() => this.fit());

  override connect(): void {
    this.sizes.observe(this.element);
    const attributeFilter = ["hidden", "data-state"];
    this.words.observe(this.element, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter });
  }

  override disconnect(): void {
    this.sizes.disconnect();
    this.words.disconnect();
  }

  private fit(): void {
    for (const step of STEPS) {
      this.element.dataset["tight"] = step;
      if (this.isWhole) return;
    }
  }

  private get isWhole(): boolean {
    return [this.nameTarget, this.element].every((one) => one.scrollWidth <= one.clientWidth);
  }
}
