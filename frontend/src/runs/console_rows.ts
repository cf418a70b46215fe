import { instantiate, part } from "../controllers/live";
import { withSeconds } from "../time";
import type { Line } from "./run_console";

/** A line of some run, with the number that the page calls the run by. */
export interface Entry {
  run: string;
  number: number;
  line: Line;
}

/** In the order of time; lines of one moment by run, and those of a run by their own number. */
export function compareEntries(one: Entry, other: Entry): number {
  if (one.run === other.run) return one.line.number - other.line.number;
  return Date.parse(one.line.at) - Date.parse(other.line.at) || one.number - other.number;
}

/** Draws entries; text of a run that follows on its own text goes into the same row, whatever others say meanwhile. */
export class ConsoleRows {
  private readonly last = new Map<string, HTMLElement>();

  constructor(
    private readonly list: HTMLElement,
    private readonly template: HTMLTemplateElement,
  ) {}

  clear(): void {
    this.list.replaceChildren();
    this.last.clear();
  }

  add(entries: readonly Entry[]): void {
    const rows = document.createDocumentFragment();
    for (const entry of entries) {
      const before = this.last.get(entry.run);
      if (before?.dataset["kind"] === "text" && entry.line.kind === "text") part(before, "text")?.append(entry.line.text);
      else {
        const row = this.row(entry);
        rows.append(row);
        this.last.set(entry.run, row);
      }
    }
    this.list.append(rows);
  }

  private row({ number, line }: Entry): HTMLElement {
    const row = instantiate(this.template);
    const at = part(row, "at") as HTMLTimeElement;
    row.dataset["kind"] = line.kind;
    at.dateTime = line.at;
    at.textContent = withSeconds(new Date(line.at));
    (part(row, "number") as HTMLElement).textContent = String(number);
    (part(row, "text") as HTMLElement).textContent = line.text;
    return row;
  }
}
