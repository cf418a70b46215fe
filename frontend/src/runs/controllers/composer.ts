import { Controller } from "@hotwired/stimulus";
import { pageHeaders } from "../../account";
import { part } from "../../controllers/live";
import { succeeded } from "../../responses";
import { count, say } from "../../texts";
import { moneyText } from "../money";

const PAUSE = 400;

/** Asking models a first question, or something further: counts them, and says what it costs at most. */
export class ComposerController extends Controller<HTMLFormElement> {
  static override targets = ["text", "base", "version", "model", "sum", "over", "send"];
  static override values = { costs: String, left: Number };
  declare readonly textTarget: HTMLTextAreaElement;
  declare readonly baseTarget: HTMLInputElement;
  declare readonly hasBaseTarget: boolean;
  declare readonly versionTarget: HTMLSelectElement;
  declare readonly hasVersionTarget: boolean;
  declare readonly modelTargets: HTMLInputElement[];
  declare readonly sumTarget: HTMLElement;
  declare readonly overTarget: HTMLElement;
  declare readonly sendTarget: HTMLButtonElement;
  declare readonly costsValue: string;
  declare readonly leftValue: number;
  declare readonly hasLeftValue: boolean;
  private timer = 0;
  /** Costs may come later than those of a longer text. */
  private asked = 0;

  override connect(): void {
    this.paint();
    if (this.textTarget.value) this.typed();
  }

  override disconnect(): void {
    window.clearTimeout(this.timer);
  }

  key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || this.sendTarget.disabled) return;
    event.preventDefault();
    this.element.requestSubmit(this.sendTarget);
  }

  typed(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.estimate(), PAUSE);
  }

  chosen(): void {
    this.paint();
  }

  /** What was sent is gone from the form; anything else stays in it. */
  answered(event: CustomEvent<{ requestConfig: { parameters: Record<string, string> } }>): void {
    if (event.target !== this.element || !succeeded(event)) return;
    // What was written meanwhile stays, too.
    if (event.detail.requestConfig.parameters["text"] !== this.textTarget.value) return;
    this.element.querySelector(".composer-base")?.remove();
    this.textTarget.value = "";
    this.typed();
  }

  /** What is asked about, beside the question. */
  protected source(): Record<string, unknown> {
    const base = this.hasBaseTarget ? { base_run_id: this.baseTarget.value } : {};
    const form = new FormData(this.element);
    const [chosen, repository] = [form.get("kind"), form.get("repository")];
    const kind = chosen ? { kind: chosen } : {};
    // Hidden, and of no meaning, for anything but a change.
    if (chosen === "change" && repository) return { ...kind, repository_id: repository };
    return { ...base, ...kind, ...(this.hasVersionTarget ? { version: Number(this.versionTarget.value) } : {}) };
  }

  /** Why nothing can be asked at all now; empty where it can. */
  protected refusal(): string {
    return "";
  }

  private async estimate(): Promise<void> {
    const number = ++this.asked;
    const body = JSON.stringify({ text: this.textTarget.value || " ", ...this.source() });
    const headers = { ...pageHeaders(), "Content-Type": "application/json" };
    try {
      const answer = await fetch(this.costsValue, { method: "POST", headers, body });
      if (!answer.ok || number !== this.asked) return;
      const { costs } = (await answer.json()) as { costs: { profile_id: string; worst_cost: number }[] };
      for (const { profile_id, worst_cost } of costs) this.show(profile_id, worst_cost);
      this.paint();
    } catch {
      // Offline: what is shown is of a moment ago, and the server decides anyway.
    }
  }

  private show(profile: string, cost: number): void {
    const model = this.modelTargets.find(({ value }) => value === profile);
    if (!model) return;
    const place = model.closest("label")?.querySelector<HTMLElement>("[data-part=cost]");
    // A note, such as that the key was refused, stays.
    if (place?.textContent?.trim().startsWith("$")) place.textContent = moneyText(cost);
    model.dataset["cost"] = String(cost);
  }

  protected paint(): void {
    const chosen = this.modelTargets.filter(({ checked }) => checked);
    const total = chosen.reduce((sum, { dataset }) => sum + Number(dataset["cost"]), 0);
    const over = this.hasLeftValue ? total - this.leftValue : 0;
    const words = part(this.sendTarget, "words");
    const sum = part(this.sumTarget, "total");
    if (words) words.textContent = count("runs.ask", chosen.length);
    if (sum) sum.textContent = moneyText(total);
    const refusal = this.refusal() || (over > 0 ? say("runs.over_budget", { amount: moneyText(over) }) : "");
    this.overTarget.hidden = !refusal;
    if (this.overTarget.textContent !== refusal) this.overTarget.textContent = refusal;
    this.sendTarget.disabled = chosen.length === 0 || refusal !== "";
  }
}
