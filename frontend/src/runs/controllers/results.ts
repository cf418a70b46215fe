import { Controller } from "@hotwired/stimulus";

const STEPS: Record<string, [number, number]> = {
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
};

/** The matrix of results: arrows move from cell to cell, Escape closes the open one. */
export class ResultsController extends Controller<HTMLElement> {
  static override targets = ["cell", "close"];
  declare readonly cellTargets: HTMLAnchorElement[];
  declare readonly closeTarget: HTMLAnchorElement;
  declare readonly hasCloseTarget: boolean;

  override connect(): void {
    const closed = location.hash.slice(1);
    this.cellTargets.find((cell) => cell.ariaCurrent === "true" || cell.id === closed)?.focus();
  }

  key(event: KeyboardEvent): void {
    if (event.key === "Escape" && this.hasCloseTarget) {
      // A dialog above the page, or a list that is open, closes first.
      if (!document.querySelector("dialog[open]") && !(event.target instanceof HTMLSelectElement)) this.closeTarget.click();
      return;
    }
    const step = STEPS[event.key];
    const at = this.cellTargets.indexOf(document.activeElement as HTMLAnchorElement);
    const width = this.cellTargets[0]?.closest("tr")?.querySelectorAll("a").length ?? 0;
    if (!step || at < 0) return;
    const next = this.cellTargets[at + step[0] * width + step[1]];
    const isSideways = step[0] === 0;
    if (!next || (isSideways && next.closest("tr") !== this.cellTargets[at]?.closest("tr"))) return;
    event.preventDefault();
    next.focus();
  }

  /** Compare with what was chosen. */
  send(event: Event): void {
    (event.currentTarget as HTMLSelectElement).form?.requestSubmit();
  }
}
