import { Controller } from "@hotwired/stimulus";

/** The tabs of a project: those that do not fit are in the menu "More"; the one that is open never is. */
export class TabsController extends Controller<HTMLElement> {
  static override targets = ["tab", "more", "button", "copies"];
  declare readonly tabTargets: HTMLAnchorElement[];
  declare readonly moreTarget: HTMLElement;
  declare readonly buttonTarget: HTMLButtonElement;
  declare readonly copiesTarget: HTMLElement;
  private readonly sizes = new ResizeObserver(() => this.fold());

  override connect(): void {
    this.copiesTarget.replaceChildren(...this.tabTargets.map(copyOf));
    this.element.dataset["folds"] = "true";
    this.moreTarget.hidden = false;
    this.fold();
    this.sizes.observe(this.element);
  }

  override disconnect(): void {
    this.sizes.disconnect();
  }

  /** The bar cuts what is wider than it is, so the menu has a place of its own. */
  place(): void {
    const { bottom, left } = this.buttonTarget.getBoundingClientRect();
    const most = document.documentElement.clientWidth - this.copiesTarget.offsetWidth - 8;
    this.copiesTarget.style.top = `${bottom}px`;
    this.copiesTarget.style.left = `${Math.max(8, Math.min(left, most))}px`;
  }

  /** As many tabs as fit, from the first. All keep their places in the bar, so that its width depends on none of this. */
  private fold(): void {
    const { tabTargets: tabs, element } = this;
    const gap = Number.parseFloat(getComputedStyle(element).columnGap) || 0;
    const widths = tabs.map((tab) => tab.offsetWidth + gap);
    const isOpen = tabs.map((tab) => tab.ariaCurrent === "page");
    const all = widths.reduce((sum, width) => sum + width, -gap);
    const isRoom = all <= element.clientWidth;
    let room = element.clientWidth - this.moreTarget.offsetWidth;
    widths.forEach((width, index) => (room -= isOpen[index] ? width : 0));
    let isFull = false;
    tabs.forEach((tab, index) => {
      if (!isOpen[index]) isFull ||= (room -= widths[index] ?? 0) < 0;
      const isFolded = !isRoom && isFull && !isOpen[index];
      tab.toggleAttribute("data-folded", isFolded);
      (this.copiesTarget.children[index] as HTMLElement).hidden = !isFolded;
    });
    this.moreTarget.toggleAttribute("data-folded", isRoom);
  }
}

function copyOf(tab: HTMLAnchorElement): HTMLAnchorElement {
  const copy = tab.cloneNode(true) as HTMLAnchorElement;
  copy.className = "menu-item";
  delete copy.dataset["tabsTarget"];
  return copy;
}
