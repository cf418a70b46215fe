import { Controller } from "@hotwired/stimulus";
import { pageHeaders } from "../../account";

interface Answer {
  done?: number;
  detail?: string;
}

/**
 * The import of a file, written part by part, each of which the server takes whole or not at all. The page says how far
 * it is. A part that is sent again is written once.
 */
export class RegisterImportController extends Controller<HTMLFormElement> {
  static override targets = ["text", "part", "progress", "bar", "words", "write", "again", "cancel"];
  static override values = { back: String };
  declare readonly textTarget: HTMLInputElement;
  declare readonly partTargets: HTMLInputElement[];
  declare readonly progressTarget: HTMLElement;
  declare readonly barTarget: HTMLProgressElement;
  declare readonly wordsTarget: HTMLElement;
  declare readonly writeTarget: HTMLButtonElement;
  declare readonly againTarget: HTMLButtonElement;
  declare readonly cancelTarget: HTMLAnchorElement;
  declare readonly backValue: string;
  private done = 0;
  private readonly leaving = (event: BeforeUnloadEvent): void => event.preventDefault();

  submit(event: SubmitEvent): void {
    if (!(event.submitter instanceof HTMLButtonElement) || event.submitter.name !== "write") return;
    event.preventDefault();
    void this.write();
  }

  override disconnect(): void {
    window.removeEventListener("beforeunload", this.leaving);
  }

  private async write(): Promise<void> {
    this.working(true);
    let problem: string | undefined;
    const all = this.partTargets.length;
    while (problem === undefined && this.done < all) {
      this.say(all > 1 ? this.phrase("writing", this.done + 1) : this.phrase("one"));
      problem = await this.send(this.done);
      if (problem === undefined) this.barTarget.value = ++this.done;
    }
    this.working(false);
    if (problem === undefined) location.assign(this.backValue);
    else this.stopped(problem);
  }

  /** Write one part; answers why it was not written. */
  private async send(at: number): Promise<string | undefined> {
    const body = new FormData(this.element);
    body.delete("text");
    // As a file: forms have a lower limit than files.
    body.set("file", new Blob([this.textTarget.value], { type: "text/csv" }), "import.csv");
    body.set("write", "1");
    body.set("only", String(at));
    try {
      const answer = await fetch(this.element.action, { method: "POST", headers: { ...pageHeaders(), Accept: "application/json" }, credentials: "same-origin", body });
      if (answer.ok) return undefined;
      const isJson = answer.headers.get("Content-Type")?.includes("json");
      return (isJson ? ((await answer.json()) as Answer).detail : undefined) ?? this.phrase("offline");
    } catch {
      return this.phrase("offline");
    }
  }

  private stopped(problem: string): void {
    this.say(`${this.done ? this.phrase("stopped", this.done) : this.phrase("nothing")} ${problem}`);
    this.progressTarget.toggleAttribute("data-stopped", true);
    this.againTarget.hidden = false;
    this.againTarget.value = String(this.done);
    this.cancelTarget.href = this.backValue;
  }

  private working(isWorking: boolean): void {
    this.progressTarget.hidden = false;
    this.progressTarget.removeAttribute("data-stopped");
    this.writeTarget.disabled = isWorking;
    this.cancelTarget.hidden = isWorking;
    this.againTarget.hidden = true;
    if (isWorking) window.addEventListener("beforeunload", this.leaving);
    else window.removeEventListener("beforeunload", this.leaving);
  }

  private say(words: string): void {
    this.wordsTarget.textContent = words;
  }

  private phrase(name: string, n = 0): string {
    return (this.wordsTarget.dataset[name] ?? "").replace("{n}", String(n)).replace("{all}", String(this.partTargets.length));
  }
}
