import { LiveController } from "../../controllers/live";
import { gateway } from "../../live";
import { count, say } from "../../texts";
import { LogRows, type Progress } from "../log";
import { Meters } from "../meters";

const EVERY = 500;

/** What a person has picked is kept while Django writes the page again. */
const left = new Map<string, Set<string>>();

/** The page of an execution: it follows its log and its bars while it runs, and counts what is picked afterwards. */
export class ExecutionController extends LiveController {
  static override targets = ["lines", "template", "follow", "form", "all", "pick", "commit", "commitWords", "foot"];
  static override values = { id: String, attempt: Number, count: Number, state: String, started: String };
  declare readonly linesTarget: HTMLElement;
  declare readonly templateTarget: HTMLTemplateElement;
  declare readonly followTarget: HTMLButtonElement;
  declare readonly formTarget: HTMLFormElement;
  declare readonly hasFormTarget: boolean;
  declare readonly allTarget: HTMLInputElement;
  declare readonly hasAllTarget: boolean;
  declare readonly pickTargets: HTMLInputElement[];
  declare readonly commitTarget: HTMLButtonElement;
  declare readonly hasCommitTarget: boolean;
  declare readonly commitWordsTarget: HTMLElement;
  declare readonly footTarget: HTMLElement;
  declare readonly idValue: string;
  declare readonly attemptValue: number;
  declare readonly countValue: number;
  declare readonly stateValue: string;
  declare readonly startedValue: string;
  private rows!: LogRows;
  private meters!: Meters;

  override connect(): void {
    this.rows = new LogRows(this.idValue, this.linesTarget, this.templateTarget, this.attemptValue, this.countValue);
    this.meters = new Meters(this.element);
    this.rows.toEnd();
    if (this.isOpen) this.watch();
    if (this.hasAllTarget) this.pickAgain();
  }

  private get isOpen(): boolean {
    return this.stateValue === "queued" || this.stateValue === "running";
  }

  private watch(): void {
    const heard = gateway.on("ephemeral", ({ name, data }) => {
      if (name === "execution.progress") this.take(data as unknown as Progress);
    });
    const timer = window.setInterval(() => this.paintTime(), EVERY);
    this.follow(heard, () => window.clearInterval(timer));
    if (this.stateValue === "running") void this.rows.read();
  }

  private take(progress: Progress): void {
    if (progress.execution_id !== this.idValue) return;
    this.rows.take(progress);
    this.meters.paint(progress);
    // It has begun: Django says so, and since when.
    if (this.stateValue === "queued") this.dispatch("begun", { prefix: "execution" });
  }

  private paintTime(): void {
    const since = Date.parse(this.startedValue);
    if (!Number.isNaN(since)) this.meters.time(Math.max(0, (Date.now() - since) / 1000));
  }

  scrolled(): void {
    this.rows.scrolled();
    this.followTarget.setAttribute("aria-pressed", String(this.rows.follows));
  }

  followAgain(): void {
    this.rows.follows = true;
    this.rows.toEnd();
    this.followTarget.setAttribute("aria-pressed", "true");
  }

  pickAll(): void {
    for (const box of this.pickTargets) box.checked = this.allTarget.checked;
    this.picked();
  }

  picked(): void {
    if (!this.hasAllTarget) return;
    left.set(this.idValue, new Set(this.pickTargets.filter((box) => !box.checked).map((box) => box.value)));
    this.paintPicked();
  }

  key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    if (!this.hasCommitTarget || this.commitTarget.disabled || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.formTarget.requestSubmit(this.commitTarget);
  }

  private pickAgain(): void {
    const unpicked = left.get(this.idValue);
    if (unpicked) for (const box of this.pickTargets) box.checked = !unpicked.has(box.value);
    this.paintPicked();
  }

  private paintPicked(): void {
    const picked = this.pickTargets.filter((box) => box.checked).length;
    const all = this.pickTargets.length;
    this.allTarget.checked = picked === all && all > 0;
    this.allTarget.indeterminate = picked > 0 && picked < all;
    this.footTarget.textContent = say("executions.picked", { picked, n: all });
    if (!this.hasCommitTarget) return;
    this.commitTarget.disabled = picked === 0;
    this.commitWordsTarget.textContent = count("executions.commit", picked);
  }
}
