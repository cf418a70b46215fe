import { say } from "../texts";
import type { Progress } from "./log";

const MILLION = 1_000_000;
const MIB = 1_048_576;

/** A number with the places that matter, as the server writes it. */
function words(value: number): string {
  const places = value >= 100 || Number.isInteger(value) ? 0 : 1;
  return value.toLocaleString(document.documentElement.lang, { minimumFractionDigits: places, maximumFractionDigits: places });
}

/** The bars of an execution: how far it is, and what it has used of each limit. */
export class Meters {
  constructor(private readonly root: HTMLElement) {}

  paint({ done, total, text, figures }: Progress): void {
    const { fuel = 0, memory = 0, calls = 0, writes = 0 } = figures;
    this.set("fuel", fuel / MILLION);
    this.set("memory", memory / MIB);
    this.set("calls", calls);
    this.set("writes", writes);
    if (done !== null) this.progress(done, total, text);
  }

  time(seconds: number): void {
    this.set("time", seconds);
  }

  private set(name: string, value: number): void {
    const row = this.row(name);
    if (!row) return;
    const most = Number(row.dataset["most"]);
    this.draw(row, words(value), Math.min(100, (100 * value) / most));
  }

  private progress(done: number, total: number | null, text: string): void {
    const row = this.row("progress");
    if (!row) return;
    row.hidden = false;
    const [label] = row.getElementsByTagName("dt");
    if (label && text) label.textContent = text;
    const [most] = row.getElementsByTagName("span");
    if (most) most.textContent = total ? ` ${say("executions.of", { most: words(total) })}` : "";
    this.draw(row, words(done), total ? Math.min(100, (100 * done) / total) : 0);
  }

  private draw(row: HTMLElement, used: string, percent: number): void {
    const [number] = row.getElementsByTagName("b");
    if (number) number.textContent = used;
    row.querySelector("rect")?.setAttribute("width", percent.toFixed(2));
  }

  private row(name: string): HTMLElement | null {
    return this.root.querySelector<HTMLElement>(`[data-meter="${name}"]`);
  }
}
