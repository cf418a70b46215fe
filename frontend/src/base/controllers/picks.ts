import { Controller } from "@hotwired/stimulus";

/**
 * History: pick two versions, compare them. A third pick replaces the older one.
 *
 * The boxes are a plain form (`pick=9&pick=15`), so that it works, slower, without this.
 */
export class PicksController extends Controller<HTMLElement> {
  static override targets = ["box", "bar", "base", "target", "compare", "label", "column", "band", "map", "lanes"];
  static override values = { one: String, two: String };
  declare readonly boxTargets: HTMLInputElement[];
  declare readonly barTarget: HTMLElement;
  declare readonly baseTarget: HTMLElement;
  declare readonly targetTarget: HTMLElement;
  declare readonly compareTarget: HTMLButtonElement;
  declare readonly labelTarget: HTMLElement;
  declare readonly columnTargets: SVGElement[];
  declare readonly bandTarget: SVGRectElement;
  declare readonly hasBandTarget: boolean;
  declare readonly mapTarget: HTMLElement;
  /** The names of the lanes, which stay in sight while the map scrolls under them. */
  declare readonly lanesTarget: SVGElement;
  declare readonly oneValue: string;
  declare readonly twoValue: string;
  private order: string[] = [];

  override connect(): void {
    this.order = this.boxTargets.filter((box) => box.checked).map((box) => box.value);
    this.show();
  }

  mapTargetConnected(map: HTMLElement): void {
    map.addEventListener("scroll", () => this.lanesTarget.setAttribute("transform", `translate(${map.scrollLeft} 0)`), { passive: true });
    // The newest stand at the right.
    map.scrollLeft = map.scrollWidth;
  }

  pick({ target }: { target: HTMLInputElement }): void {
    this.order = this.order.filter((one) => one !== target.value);
    if (target.checked) this.order.push(target.value);
    if (this.order.length > 2) this.order.shift();
    for (const box of this.boxTargets) box.checked = this.order.includes(box.value);
    this.show();
  }

  /** A column of the version map stands for its row's box. */
  column({ currentTarget }: { currentTarget: SVGElement }): void {
    const box = this.boxTargets.find((one) => one.value === currentTarget.dataset["version"]);
    box?.click();
  }

  clear(): void {
    this.order = [];
    for (const box of this.boxTargets) box.checked = false;
    this.show();
  }

  compareOnEnter(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (event.key !== "Enter" || this.order.length !== 2 || !(target instanceof HTMLInputElement)) return;
    event.preventDefault();
    this.compareTarget.click();
  }

  private show(): void {
    const [base, target] = this.order.map(Number).sort((a, b) => a - b);
    this.barTarget.hidden = base === undefined;
    this.compareTarget.disabled = target === undefined;
    this.baseTarget.textContent = base === undefined ? "" : `v${base}`;
    this.targetTarget.hidden = target === undefined;
    this.targetTarget.textContent = target === undefined ? "" : `v${target}`;
    const words = target === undefined ? this.oneValue : this.twoValue;
    this.labelTarget.textContent = words.replace("{base}", `v${base}`).replace("{target}", `v${target}`);
    for (const box of this.boxTargets) box.closest("[data-row]")?.toggleAttribute("data-picked", box.checked);
    this.showOnMap(base, target);
  }

  private showOnMap(base: number | undefined, target: number | undefined): void {
    const at = (version: number | undefined) => this.columnTargets.find((one) => one.dataset["version"] === String(version));
    for (const column of this.columnTargets) {
      column.toggleAttribute("data-picked", this.order.includes(column.dataset["version"] ?? ""));
    }
    if (!this.hasBandTarget) return;
    const [from, to] = [at(base), at(target)];
    this.bandTarget.toggleAttribute("hidden", !from || !to);
    if (!from || !to) return;
    const [left, right] = [Number(from.dataset["x"]), Number(to.dataset["x"])];
    this.bandTarget.setAttribute("x", String(left - 26));
    this.bandTarget.setAttribute("width", String(right - left + 52));
  }
}
