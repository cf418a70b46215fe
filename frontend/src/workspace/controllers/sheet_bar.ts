import { Controller } from "@hotwired/stimulus";

/** What gives way, one after the other, until the name of the field is whole: words around the state; words of tools. */
const STEPS = ["", "words", "tools"] as const;

/** In characters: longer names are cut in their middle, and so many are shown of their end. */
const LONG = 16;
const END = 8;

/** The bar over the text. How much room its words need depends on names, so it is measured. */
export class SheetBarController extends Controller<HTMLElement> {
  static override targets = ["heading", "name"];
  declare readonly headingTarget: HTMLElement;
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
    delete this.headingTarget.dataset["end"];
    for (const step of STEPS) {
      this.element.dataset["tight"] = step;
      if (this.isWhole) return;
    }
    const characters = [...(this.nameTarget.textContent ?? "")];
    if (characters.length > LONG) this.headingTarget.dataset["end"] = characters.slice(-END).join("");
  }

  private get isWhole(): boolean {
    return [this.nameTarget, this.element].every((one) => one.scrollWidth <= one.clientWidth);
  }
}
