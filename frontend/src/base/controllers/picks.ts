import { Controller } from "@hotwired/stimulus";
import { fetchPart } from "../../page_parts";

/**
 * History: pick two versions, compare them. A third pick replaces the older one. The address keeps the picks.
 *
 * The boxes are a plain form (`pick=9&pick=15`), so that it works, slower, without this.
 */
export class PicksController extends Controller<HTMLElement> {
  static override targets = ["box", "bar", "base", "target", "compare", "label", "column", "band", "map", "lanes", "apart", "elsewhere"];
  static override values = { one: String, two: String, distance: String };
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
  /** Says how far apart two versions are. */
  declare readonly distanceValue: string;
  declare readonly apartTarget: HTMLElement;
  /** Picks without a row on this page. */
  declare readonly elsewhereTargets: HTMLInputElement[];
  private order: string[] = [];

  override connect(): void {
    const here = this.boxTargets.filter((box) => box.checked);
    this.order = [...this.elsewhereTargets, ...here].map((one) => one.value);
    this.show();
  }

  mapTargetConnected(map: HTMLElement): void {
    map.addEventListener("scroll", () => this.lanesTarget.setAttribute("transform", `translate(${map.scrollLeft} 0)`), { passive: true });
    // The newest are at the right.
    map.scrollLeft = map.scrollWidth;
  }

  pick({ target }: { target: HTMLInputElement }): void {
    this.order = this.order.filter((one) => one !== target.value);
    if (target.checked) this.order.push(target.value);
    if (this.order.length > 2) this.order.shift();
    for (const box of this.boxTargets) box.checked = this.order.includes(box.value);
    for (const one of this.elsewhereTargets) if (!this.order.includes(one.value)) one.remove();
    this.show();
    this.keep();
  }

  /** A click on a column of the version map is one on its row's box. */
  column({ currentTarget }: { currentTarget: SVGElement }): void {
    const box = this.boxTargets.find((one) => one.value === currentTarget.dataset["version"]);
    box?.click();
  }

  clear(): void {
    this.order = [];
    for (const box of this.boxTargets) box.checked = false;
    for (const one of this.elsewhereTargets) one.remove();
    this.show();
    this.keep();
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
    this.apartTarget.textContent = "";
    if (base === undefined || target === undefined) return;
    const address = `${this.distanceValue}?pick=${base}&pick=${target}`;
    void fetchPart(address, { source: this.apartTarget, target: this.apartTarget, swap: "textContent" });
  }

  /** Put the picks into the address, and into all links and forms of the page that lead to another part of the history. */
  private keep(): void {
    const withPicks = (address: string): string => {
      const url = new URL(address, location.href);
      url.searchParams.delete("pick");
      for (const pick of this.order) url.searchParams.append("pick", pick);
      return url.href;
    };
    history.replaceState(history.state, "", withPicks(location.href));
    for (const place of document.querySelectorAll<HTMLElement>("[data-keeps-picks]")) {
      if (place instanceof HTMLAnchorElement) place.href = withPicks(place.href);
      if (!(place instanceof HTMLFormElement)) continue;
      for (const input of place.querySelectorAll("input[name=pick]")) input.remove();
      for (const value of this.order) place.append(Object.assign(document.createElement("input"), { type: "hidden", name: "pick", value }));
    }
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
