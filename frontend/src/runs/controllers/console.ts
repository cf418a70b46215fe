import { LiveController } from "../../controllers/live";
import { gateway } from "../../live";
import { count } from "../../texts";
import { compareEntries, ConsoleRows, type Entry } from "../console_rows";
import { consoleOf, type Line } from "../run_console";

/** Pixels from the end that still count as being there. */
const NEAR = 24;

/** The consoles of the runs on the page, as one list, in the order of time. It follows its end until scrolled up. */
export class ConsoleController extends LiveController {
  static override targets = ["run", "kind", "lines", "template", "more", "line", "count", "download"];
  static override values = { log: String };
  declare readonly runTarget: HTMLSelectElement;
  declare readonly kindTarget: HTMLSelectElement;
  declare readonly linesTarget: HTMLElement;
  declare readonly templateTarget: HTMLTemplateElement;
  declare readonly moreTarget: HTMLElement;
  declare readonly lineTarget: HTMLElement;
  declare readonly countTarget: HTMLElement;
  declare readonly downloadTarget: HTMLAnchorElement;
  declare readonly logValue: string;
  private entries: Entry[] = [];
  private readonly known = new Map<string, { number: number; mayGrow: boolean }>();
  private rows!: ConsoleRows;
  private follows = true;
  private unseen = 0;

  override connect(): void {
    this.rows = new ConsoleRows(this.linesTarget, this.templateTarget);
    this.find();
    // Runs come and end with the body that Django writes again.
    const body = document.getElementById("live-body")?.parentElement;
    const observer = new MutationObserver(() => this.find());
    if (body) observer.observe(body, { childList: true });
    this.follow(gateway.on("connection", () => this.paintFoot()), () => observer.disconnect());
  }

  filter(): void {
    const run = this.runTarget.value;
    this.downloadTarget.href = run ? `${this.logValue}?run=${run}` : this.logValue;
    this.redraw();
  }

  scrolled(): void {
    const { scrollTop, clientHeight, scrollHeight } = this.linesTarget;
    this.follows = scrollTop + clientHeight > scrollHeight - NEAR;
    if (this.follows) this.unseen = 0;
    this.paintMore();
  }

  end(): void {
    this.follows = true;
    this.unseen = 0;
    this.toEnd();
  }

  private find(): void {
    for (const element of document.querySelectorAll<HTMLElement>("[data-run-number]")) {
      const run = element.dataset["runId"] ?? "";
      const mayGrow = element.dataset["runLive"] !== undefined;
      const before = this.known.get(run);
      this.known.set(run, { number: Number(element.dataset["runNumber"]), mayGrow });
      if (!before) this.open(run, element.dataset["runName"] ?? "", mayGrow);
    }
    this.paintFoot();
  }

  private open(run: string, name: string, mayGrow: boolean): void {
    const number = this.known.get(run)?.number ?? 0;
    this.runTarget.append(new Option(`${number} ${name}`, run));
    const runConsole = consoleOf(run);
    this.follow(runConsole.on("lines", (lines) => this.take(run, number, lines)));
    if (runConsole.last > 0) this.take(run, number, runConsole.lines);
    runConsole.open(mayGrow);
  }

  private take(run: string, number: number, lines: readonly Line[]): void {
    const fresh = lines.map((line) => ({ run, number, line }));
    const last = this.entries.at(-1);
    const isInOrder = !last || fresh.every((entry) => compareEntries(last, entry) <= 0);
    this.entries.push(...fresh);
    const shown = fresh.filter((entry) => this.isShown(entry));
    if (isInOrder) this.rows.add(shown);
    else {
      this.entries.sort(compareEntries);
      this.redraw();
    }
    if (!this.follows) this.unseen += shown.length;
    this.toEnd();
    this.paintFoot();
  }

  private isShown({ run, line }: Entry): boolean {
    const wanted = this.runTarget.value;
    return (wanted === "" || wanted === run) && (this.kindTarget.value === "all" || line.kind !== "text");
  }

  private redraw(): void {
    this.rows.clear();
    this.rows.add(this.entries.filter((entry) => this.isShown(entry)));
    this.toEnd();
    this.paintFoot();
  }

  private toEnd(): void {
    if (this.follows) this.linesTarget.scrollTop = this.linesTarget.scrollHeight;
    this.paintMore();
  }

  private paintMore(): void {
    this.moreTarget.hidden = this.follows || this.unseen === 0;
    this.moreTarget.textContent = count("runs.new_lines", this.unseen);
  }

  private paintFoot(): void {
    const mayGrow = [...this.known.values()].some((run) => run.mayGrow);
    const state = !mayGrow ? "ended" : gateway.isLive ? "live" : "waiting";
    this.lineTarget.dataset["line"] = state;
    this.lineTarget.dataset["state"] = state === "live" ? "theirs" : "";
    this.countTarget.textContent = count("runs.lines", this.entries.filter((entry) => this.isShown(entry)).length);
  }
}
