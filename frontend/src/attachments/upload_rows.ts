import { instantiate, part } from "../controllers/live";
import { say } from "../texts";
import { fingerprintOf } from "./kept_uploads";
import type { Sending } from "./sending";
import { sizeWords } from "./sizes";
import { uploads } from "./uploads";

/** Uploads as rows of a list: how far each is, and what can be done about it. */
export class UploadRows {
  private readonly rows = new Map<Sending, HTMLElement>();
  private readonly input = document.createElement("input");
  private asked: Sending | null = null;

  /** `template` is a row of Django's (`attachments/upload_row.html`). */
  constructor(
    private readonly place: HTMLElement,
    private readonly template: HTMLTemplateElement,
  ) {
    this.input.type = "file";
    this.input.addEventListener("change", () => this.chosen());
  }

  paint(sendings: Sending[]): void {
    for (const [sending, row] of this.rows) if (!sendings.includes(sending)) this.drop(sending, row);
    for (const sending of sendings) {
      const row = this.rows.get(sending) ?? this.add(sending);
      this.fill(row, sending);
    }
    this.place.hidden = sendings.length === 0;
  }

  private add(sending: Sending): HTMLElement {
    const row = instantiate(this.template);
    part(row, "name")!.textContent = sending.kept.name;
    part(row, "name")!.title = sending.kept.name;
    for (const [name, label] of [["pause", "attachment.pause"], ["resume", "attachment.resume"], ["cancel", "attachment.cancel"]] as const) {
      part(row, name)!.setAttribute("aria-label", say(label, { name: sending.kept.name }));
    }
    part(row, "bar")!.setAttribute("aria-label", sending.kept.name);
    part(row, "pause")!.addEventListener("click", () => this.act(row, sending, () => uploads.pause(sending), "resume"));
    part(row, "resume")!.addEventListener("click", () => this.resume(row, sending));
    part(row, "cancel")!.addEventListener("click", () => uploads.cancel(sending));
    this.place.append(row);
    this.rows.set(sending, row);
    return row;
  }

  /** The focus goes on to what is there now. */
  private drop(sending: Sending, row: HTMLElement): void {
    const hadFocus = row.contains(document.activeElement);
    const next = (row.nextElementSibling ?? row.previousElementSibling) as HTMLElement | null;
    row.remove();
    this.rows.delete(sending);
    if (hadFocus) (next ? part(next, "cancel") : this.place.parentElement?.querySelector<HTMLElement>("[data-part=add]"))?.focus();
  }

  private fill(row: HTMLElement, sending: Sending): void {
    const { phase, sent, kept } = sending;
    row.dataset["phase"] = phase;
    const bar = part(row, "bar") as HTMLProgressElement;
    bar.hidden = phase === "refused";
    bar.max = Math.max(kept.size, 1);
    bar.value = sent;
    part(row, "state")!.textContent = stateWords(sending);
    part(row, "pause")!.hidden = phase !== "running";
    part(row, "resume")!.hidden = phase !== "paused" && phase !== "kept";
  }

  private resume(row: HTMLElement, sending: Sending): void {
    if (sending.file) return this.act(row, sending, () => uploads.resume(sending), "pause");
    // The browser does not let a page read a file again after a reload: its person gives it once more.
    this.asked = sending;
    this.input.value = "";
    this.input.click();
  }

  private chosen(): void {
    const file = this.input.files?.[0];
    const sending = this.asked;
    const row = sending && this.rows.get(sending);
    if (!file || !sending || !row) return;
    if (fingerprintOf(file) === sending.kept.fingerprint) this.act(row, sending, () => uploads.giveFile(sending, file), "pause");
    else part(row, "state")!.textContent = say("attachment.another_file", { name: sending.kept.name });
  }

  /** The button that was pressed goes away at once: the one in its place gets the focus, or the last one of the row. */
  private act(row: HTMLElement, sending: Sending, act: () => void, next: string): void {
    act();
    this.fill(row, sending);
    const button = part(row, next)!;
    (button.hidden ? part(row, "cancel") : button)?.focus();
  }
}

function stateWords(sending: Sending): string {
  const { phase, sent, refusal, kept } = sending;
  const sizes = { sent: sizeWords(sent), size: sizeWords(kept.size) };
  switch (phase) {
    case "refused": return refusal;
    case "queued": return say("attachment.queued", sizes);
    case "paused": return say("attachment.paused", sizes);
    case "kept": return say("attachment.kept", sizes);
    case "waiting": return say("attachment.waiting", sizes);
    case "whole": return say("attachment.whole", sizes);
    case "attaching": return say("attachment.attaching", sizes);
    case "running": {
      const percent = Math.floor((100 * sent) / Math.max(kept.size, 1));
      return [say("attachment.running", { percent, ...sizes }), sending.left].filter(Boolean).join(" · ");
    }
  }
}
