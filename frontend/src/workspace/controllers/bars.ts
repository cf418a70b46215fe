import { EditorView } from "@codemirror/view";
import { account } from "../../account";
import type { Connection } from "../../gateway";
import { count, say } from "../../texts";
import { project } from "../instance";
import type { Field } from "../field";
import type { Conflict } from "../conflict";
import { conflictIn, conflictOf } from "../conflicts";
import { sayWhyNotSaved } from "../asking_to_save";
import { attempt } from "../attempt";
import { barsOf } from "../bar_stack";
import { choicesIn, keptWords } from "../bar_words";
import { confirmDiscard } from "../discarding";
import { showNotice } from "../notices";
import { removingUnstorable } from "../unstorable";
import { LiveController } from "../../controllers/live";
import { toast } from "../../base/controllers/toasts";

/** Above the sheet: one bar at a time, the most urgent wins. What needs no answer is a toast. */
export class BarsController extends LiveController {
  private readonly bars = barsOf(this.element);
  private countdown = 0;
  /** What the bar of kept texts was made of. */
  private keptState = "";

  override connect(): void {
    this.follow(
      project.on("connection", (connection) => this.onConnection(connection)),
      project.on("notice", (notice) => showNotice(this.bars, notice)),
      project.on("status", () => this.paintStatus()),
      project.on("field", (field) => this.onField(field)),
    );
    this.paintStatus();
    if (project.missing) showNotice(this.bars, { kind: "missing", values: { ...project.missing } });
    window.addEventListener("field:chosen", this.chosen);
  }

  override disconnect(): void {
    super.disconnect();
    window.removeEventListener("field:chosen", this.chosen);
  }

  /** Another field than the one that there is not. */
  private readonly chosen = (): void => this.bars.forget("missing");

  reconnect(): void {
    project.gateway.reconnectNow();
  }

  /** Make the save that waited when the page was reloaded. Where it cannot be made any more, the kept text is offered as usual. */
  async saveMissed(): Promise<void> {
    this.bars.settle();
    if (!(await project.saving.saveMissed())) toast({ text: say("missed_save.no"), kind: "failed" });
  }

  dismissMissed(): void {
    project.saving.forgetMissed();
    this.bars.settle();
  }

  dismiss(): void {
    this.bars.settle();
  }

  copy(): void {
    const onSheet = [...project.fields.values()].find((field) => field.view);
    const text = this.bars.shown?.kept?.content ?? (this.bars.shown?.field ?? onSheet)?.text ?? "";
    void navigator.clipboard.writeText(text).then(() => toast({ text: say("copied") }));
  }

  /** To what the server cannot keep, in the field where it is. */
  goTo(): void {
    const { field } = this.bars.shown ?? {};
    if (!field?.unstorable) return;
    const { from: head, to: anchor } = field.unstorable;
    if (!field.view) document.querySelector<HTMLElement>(`[data-fields-target="row"][data-field="${CSS.escape(field.name)}"]`)?.click();
    // The sheet shows another field a moment after it is chosen.
    window.setTimeout(() => {
      field.apply({ selection: { anchor, head }, effects: EditorView.scrollIntoView(head, { y: "center" }) });
      field.view?.focus();
    });
  }

  /** Take every character out that the server cannot keep. */
  removeUnfit(): void {
    const { field } = this.bars.shown ?? {};
    field?.apply({ changes: removingUnstorable(field.text), userEvent: "delete.fix" });
  }

  watch(): void {
    const { field } = this.bars.shown ?? {};
    if (field) void project.handover.watch(field);
  }

  async takeAgain(): Promise<void> {
    const { field } = this.bars.shown ?? {};
    if (field && (await project.locks.take(field))) this.bars.forget(`lock:${field.name}`);
  }

  /** Another's version and this person's text, or the text beside what is saved. */
  merge(): void {
    const { field } = this.bars.shown ?? {};
    const conflict = field && conflictIn(field);
    if (conflict) this.askIn("three-way", conflict);
    else if (field) this.askIn("merge", { field });
  }

  /** A text from before the field changed is merged with what it has now, and replaces nothing. */
  async restore(): Promise<void> {
    const { field, kept } = this.bars.shown ?? {};
    if (!field || !kept) return;
    let conflict: Conflict | null = null;
    const finding = project.isWritable(field) ? conflictOf(field, kept).then((found) => (conflict = found)) : Promise.resolve();
    if (!(await attempt(finding))) return;
    if (conflict) this.askIn("three-way", conflict);
    else this.askIn("merge", { field, kept });
  }

  private askIn(name: string, detail: object): void {
    this.dispatch("ask", { target: document.getElementById(name) ?? window, prefix: name, detail });
  }

  async discard(): Promise<void> {
    const { kept } = this.bars.shown ?? {};
    if (kept && (await confirmDiscard())) await attempt(project.kept.discard(kept));
  }

  async handOver(): Promise<void> {
    const { field, to } = this.bars.shown ?? {};
    if (!field || !to) return;
    if (field.isDirty && !(await project.saving.save({ fields: [field] }))) {
      sayWhyNotSaved();
      return;
    }
    if (await attempt(project.handover.handOver(field, to))) this.bars.settle();
  }

  keep(): void {
    const { field, to } = this.bars.shown ?? {};
    if (field && to) void attempt(project.handover.keep(field, to));
    this.bars.settle();
  }

  private onConnection(connection: Connection): void {
    window.clearInterval(this.countdown);
    if (connection.phase === "live") this.bars.forget("line");
    else if (connection.phase === "ended") {
      const name = account.identity.as === "another" ? account.identity.name : "";
      this.bars.put("line", { template: `bar-${connection.why.replace("_", "-")}`, words: { name } });
    } else if (connection.phase === "waiting") {
      const words = () => {
        const seconds = Math.max(1, Math.ceil((connection.retryAt - Date.now()) / 1000));
        return { retry: say("offline.retry", { seconds }) };
      };
      this.bars.put("line", { template: "bar-offline", words: words() });
      this.countdown = window.setInterval(() => this.bars.fill(words()), 500);
    }
  }

  paintStatus(): void {
    // A proposal is written while a release is in review, too.
    const isOpen = project.status === "open" || (project.proposal !== null && project.status !== "archived");
    if (isOpen) this.bars.forget("status");
    else this.bars.put("status", { template: `bar-${project.status}`, words: {} });
  }

  /** A field that is ours and right again needs no bar; a kept text is offered where it belongs. */
  private onField(field: Field): void {
    this.unkeptIs(field);
    if (this.bars.has(`lock:${field.name}`) && !field.moved && (field.isHeld || !field.isDirty)) this.bars.forget(`lock:${field.name}`);
    if (this.bars.has(`asked:${field.name}`) && !field.isHeld) this.bars.forget(`asked:${field.name}`);
    if (this.bars.get(`lock:${field.name}`)?.template === "bar-lock-ended") this.bars.reword(`lock:${field.name}`, choicesIn(field));
    if (field.view) this.paintKept(field);
  }

  /** One bar for all kept texts of the field: what the newest is, and how many there are beside it. */
  private paintKept(field: Field): void {
    const [kept, ...others] = project.kept.of(field);
    if (!kept) {
      this.bars.forget("kept");
      return;
    }
    // At every key: the lines that differ are counted once.
    const state = [kept.id, kept.updated_at, field.base, others.length].join();
    if (this.bars.has("kept") && this.keptState === state) return;
    this.keptState = state;
    this.bars.put("kept", { template: "bar-kept", words: keptWords(field, kept, others.length), field, kept });
  }

  /** The server does not keep a text: why, where, and what helps, until it does. */
  private unkeptIs(field: Field): void {
    const key = `unkept:${field.name}`;
    const { unkept, unstorable } = field;
    if (!unkept) {
      this.bars.forget(key);
      return;
    }
    const { title, why, where } = unkept;
    const remove = unstorable?.removable ? count("unstorable.remove", unstorable.removable) : "";
    const words = { title, detail: `${why} ${where}`, go: unstorable ? say("unstorable.go") : "", remove };
    const known = this.bars.get(key);
    if (known?.words["detail"] === words.detail && known.words["remove"] === words.remove) return;
    this.bars.put(key, { template: "bar-unkept", words, field });
  }
}
