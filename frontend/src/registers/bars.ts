import { instantiate, part } from "../controllers/live";
import { count, say } from "../texts";
import type { CellMistake } from "./protocol";

export type BarName = "offline" | "kept" | "stale" | "refused" | "mistakes" | "newer";
/** The most urgent first: one at a time. */
const ORDER: readonly BarName[] = ["offline", "mistakes", "stale", "refused", "kept", "newer"];
const SHOWN_MISTAKES = 5;

/** The bar above the sheet. Each is a template of Django's with `data-bar`. */
export class Bars {
  private readonly wanted = new Map<BarName, (bar: HTMLElement) => void>();
  private shown = "";

  constructor(
    private readonly place: HTMLElement,
    private readonly templates: HTMLTemplateElement[],
  ) {}

  show(name: BarName, fill: (bar: HTMLElement) => void): void {
    this.wanted.set(name, fill);
    this.paint();
  }

  hide(name: BarName): void {
    if (this.wanted.delete(name)) this.paint();
  }

  mistakes(found: CellMistake[], detail: string): void {
    this.show("mistakes", (bar) => {
      const words = part(bar, "words");
      if (words) words.textContent = found.length > 0 ? count("registers.mistakes", found.length) : detail;
      const list = part(bar, "list");
      const lines = found.slice(0, SHOWN_MISTAKES).map(({ row, column, message }) => say("registers.mistake", { row, column, message }));
      if (found.length > SHOWN_MISTAKES) lines.push(count("registers.mistakes.more", found.length - SHOWN_MISTAKES));
      list?.replaceChildren(...lines.map(item));
    });
  }

  private paint(): void {
    const name = ORDER.find((each) => this.wanted.has(each)) ?? "";
    if (name !== this.shown) {
      this.shown = name;
      const template = this.templates.find(({ dataset }) => dataset["bar"] === name);
      this.place.replaceChildren(...(template ? [instantiate(template)] : []));
    }
    const bar = this.place.firstElementChild as HTMLElement | null;
    if (name && bar) this.wanted.get(name)?.(bar);
  }
}

function item(text: string): HTMLElement {
  const line = document.createElement("li");
  line.textContent = text;
  return line;
}
