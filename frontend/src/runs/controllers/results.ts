import { pageHeaders } from "../../account";
import { LiveController } from "../../controllers/live";
import { consoleOf } from "../run_console";

const STEPS: Record<string, [number, number]> = {
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
};

interface News {
  is_cut: boolean;
  /** The id of a cell's link, its colour, icon and words. */
  cells: [string, string, string, string][];
  after: Record<string, number>;
  answered: string;
  cost: string;
}

/**
 * The matrix of results: arrows move from cell to cell, Escape closes the open one. While runs are under way their cells
 * fill in place, each time that a console says how far its run is; rows move when the page is read anew.
 */
export class ResultsController extends LiveController {
  static override targets = ["cell", "close", "news", "answered", "cost"];
  declare readonly cellTargets: HTMLAnchorElement[];
  declare readonly closeTarget: HTMLAnchorElement;
  declare readonly hasCloseTarget: boolean;
  declare readonly newsTarget: HTMLElement;
  declare readonly hasNewsTarget: boolean;
  declare readonly answeredTarget: HTMLElement;
  declare readonly costTarget: HTMLElement;
  private readonly followed = new Set<string>();
  private isReading = false;
  private isStale = false;

  override connect(): void {
    const closed = location.hash.slice(1);
    this.cellTargets.find((cell) => cell.ariaCurrent === "true" || cell.id === closed)?.focus();
  }

  /** Also after the body was written anew: with what it knows now. */
  newsTargetConnected(): void {
    for (const run of Object.keys(this.after)) {
      if (this.followed.has(run)) continue;
      this.followed.add(run);
      const runConsole = consoleOf(run);
      this.follow(runConsole.on("lines", () => void this.read()));
      runConsole.open(true);
    }
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

  private get after(): Record<string, number> {
    return JSON.parse(this.newsTarget.dataset["after"] ?? "{}") as Record<string, number>;
  }

  /** One request at a time; what happens meanwhile is asked for by the next. */
  private async read(): Promise<void> {
    this.isStale = this.isReading;
    if (this.isReading) return;
    this.isReading = true;
    do {
      this.isStale = false;
      await this.readOnce();
    } while (this.isStale);
    this.isReading = false;
  }

  private async readOnce(): Promise<void> {
    if (!this.hasNewsTarget) return;
    const { address, after } = this.newsTarget.dataset;
    const url = `${address ?? ""}&after=${encodeURIComponent(after ?? "{}")}`;
    try {
      const answer = await fetch(url, { headers: pageHeaders() });
      if (answer.ok) this.show((await answer.json()) as News);
    } catch {
      // Offline: the body is read anew once the line is back.
    }
  }

  private show({ is_cut, cells, after, answered, cost }: News): void {
    if (is_cut) {
      document.dispatchEvent(new CustomEvent("runs-changed"));
      return;
    }
    for (const [id, state, icon, words] of cells) this.fill(document.getElementById(id), state, icon, words);
    this.newsTarget.dataset["after"] = JSON.stringify({ ...this.after, ...after });
    this.answeredTarget.textContent = answered;
    this.costTarget.textContent = cost;
  }

  private fill(link: HTMLElement | null, state: string, icon: string, words: string): void {
    const use = link?.querySelector("use");
    const label = link?.querySelector("span");
    const cell = link?.closest("td");
    if (!link || !use || !label || !cell) return;
    cell.dataset["state"] = state;
    use.setAttribute("href", (use.getAttribute("href") ?? "").replace(/#.*/, `#${icon}`));
    label.textContent = words;
    link.ariaLabel = `${link.dataset["name"] ?? ""}: ${words}`;
  }
}
