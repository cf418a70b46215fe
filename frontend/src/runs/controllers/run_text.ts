import { LiveController } from "../../controllers/live";
import { consoleOf, type Line } from "../run_console";

/** What a model answers, as it comes: text as text, the newest words marked. Text after a step begins anew. */
export class RunTextController extends LiveController {
  static override targets = ["settled", "fresh"];
  static override values = { run: String };
  declare readonly runValue: string;
  declare readonly settledTarget: HTMLElement;
  declare readonly freshTarget: HTMLElement;
  private isAfterStep = false;

  override connect(): void {
    const runConsole = consoleOf(this.runValue);
    this.follow(runConsole.on("lines", (lines) => this.append(lines)));
    runConsole.open(true);
    if (runConsole.last > 0) this.paint(runConsole.lines);
  }

  private paint(lines: readonly Line[]): void {
    this.settledTarget.textContent = this.freshTarget.textContent = "";
    this.append(lines);
  }

  private append(lines: readonly Line[]): void {
    // The first lines of all: what Django wrote of them is said once more.
    if (lines[0]?.number === 1) this.settledTarget.textContent = this.freshTarget.textContent = "";
    const follows = this.element.scrollTop + this.element.clientHeight > this.element.scrollHeight - 24;
    let fresh = "";
    for (const line of lines) {
      if (line.kind === "step") this.isAfterStep = true;
      if (line.kind !== "text") continue;
      if (this.isAfterStep) {
        this.settledTarget.textContent = this.freshTarget.textContent = fresh = "";
        this.isAfterStep = false;
      }
      fresh += line.text;
    }
    if (fresh === "") return;
    this.settledTarget.append(this.freshTarget.textContent ?? "");
    this.freshTarget.textContent = fresh;
    if (follows) this.element.scrollTop = this.element.scrollHeight;
  }
}
