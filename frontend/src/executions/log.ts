import { isOfAnotherAccount, pageHeaders } from "../account";
import { instantiate } from "../controllers/live";

export interface Line {
  level: "debug" | "info" | "warn" | "error";
  text: string;
  at: number;
}

/** What the server sends of an execution that runs (`execution.progress`); `after` is how many lines are before `lines`. */
export interface Progress {
  execution_id: string;
  attempt: number;
  share: number | null;
  done: number | null;
  total: number | null;
  text: string;
  figures: Partial<Record<string, number>>;
  after: number;
  lines: readonly Line[];
}

interface LogPage {
  lines: Line[];
  next: number;
  attempt: number;
}

/** Rows that are kept on the page; a script may write many thousands. */
const MOST = 1_000;
/** Pixels from the end that still count as being there. */
const NEAR = 24;

/** The log of one execution on its page: each line once, in order. It follows its end until scrolled up. */
export class LogRows {
  follows = true;
  private reading: Promise<void> | null = null;

  constructor(
    private readonly execution: string,
    private readonly list: HTMLElement,
    private readonly template: HTMLTemplateElement,
    private attempt: number,
    private known: number,
  ) {}

  take({ attempt, after, lines }: Pick<Progress, "attempt" | "after" | "lines">): void {
    if (attempt > this.attempt) this.beginAgain(attempt);
    if (attempt < this.attempt) return;
    if (after > this.known) void this.read();
    else this.add(lines.slice(this.known - after));
  }

  /** Read what is missing, as after the line was broken. */
  read(): Promise<void> {
    this.reading ??= this.fetch().finally(() => (this.reading = null));
    return this.reading;
  }

  scrolled(): void {
    const { scrollTop, clientHeight, scrollHeight } = this.list;
    this.follows = scrollTop + clientHeight > scrollHeight - NEAR;
  }

  toEnd(): void {
    if (this.follows) this.list.scrollTop = this.list.scrollHeight;
  }

  private beginAgain(attempt: number): void {
    this.attempt = attempt;
    this.known = 0;
    for (const row of this.list.querySelectorAll("[data-level]:not([data-level=start])")) row.remove();
  }

  private add(lines: readonly Line[]): void {
    if (lines.length === 0) return;
    this.known += lines.length;
    const rows = document.createDocumentFragment();
    rows.append(...lines.slice(-MOST).map((line) => this.row(line)));
    this.list.append(rows);
    const shown = this.list.querySelectorAll("[data-level]:not([data-level=start])");
    for (let at = 0; at < shown.length - MOST; at += 1) shown[at]?.remove();
    this.toEnd();
  }

  private row({ level, text, at }: Line): HTMLElement {
    const row = instantiate(this.template);
    const [time, , words] = row.children;
    row.dataset["level"] = level;
    if (time) time.textContent = at.toFixed(3);
    if (words) words.textContent = text;
    return row;
  }

  private async fetch(): Promise<void> {
    const after = this.known;
    const root = document.documentElement.dataset["root"] ?? "/";
    try {
      const answer = await fetch(`${root}api/v1/executions/${this.execution}/log/?after=${after}`, { headers: pageHeaders() });
      if (isOfAnotherAccount(answer) || !answer.ok) return;
      const page = (await answer.json()) as LogPage;
      if (page.attempt === this.attempt && after === this.known) this.add(page.lines);
    } catch {
      // Offline: what comes next asks again.
    }
  }
}
