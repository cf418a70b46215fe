import { pageHeaders } from "../account";
import { localise } from "../time";
import type { Grid } from "./grid";

/** Milliseconds that somebody stays at a cell before it is asked about. */
const ASK_AFTER = 120;

/** Who set the cell that somebody is at, when, and what it replaced. */
export class Footer {
  private timer = 0;
  private asked = "";

  constructor(
    private readonly grid: Grid,
    private readonly place: HTMLElement,
  ) {}

  /** The active cell is another one, or may be. */
  follow(): void {
    const { active } = this.grid.selection;
    const record = this.grid.rowAt(active.row)?.record;
    const field = this.grid.columns[active.column]?.field;
    const wanted = record && field !== undefined ? `${new URLSearchParams({ record, field })}` : "";
    if (wanted === this.asked) return;
    this.asked = wanted;
    this.ask();
  }

  /** It was changed. */
  again(): void {
    this.ask();
  }

  private ask(): void {
    window.clearTimeout(this.timer);
    if (this.asked) this.timer = window.setTimeout(() => void this.fetch(this.asked), ASK_AFTER);
    else this.place.replaceChildren();
  }

  private async fetch(query: string): Promise<void> {
    try {
      const answer = await fetch(`${this.grid.data.addresses.cell}?${query}`, { headers: pageHeaders(), credentials: "same-origin" });
      if (!answer.ok || query !== this.asked) return;
      this.place.innerHTML = await answer.text();
      localise(this.place);
    } catch {
      // No line: what was said of another cell would be wrong of this one.
      if (query === this.asked) this.place.replaceChildren();
    }
  }
}
