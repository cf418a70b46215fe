import { EditorView } from "@codemirror/view";
import { account } from "../../account";
import { keepingCaret } from "../../editor/keeping_caret";
import type { Connection } from "../../gateway";
import { count, say } from "../../texts";
import { short } from "../../time";
import { project } from "../instance";
import type { Field } from "../field";
import type { Notice } from "../state";
import { type Conflict, conflictIn, conflictOf } from "../conflicts";
import { sayWhyNotSaved } from "../asking_to_save";
import { attempt } from "../attempt";
import { choicesIn, compareHref, keptWords, overruled } from "../bar_words";
import { confirmDiscard } from "../discarding";
import type { KeptText } from "../server";
import { removingUnstorable } from "../unstorable";
import { instantiate, LiveController, part } from "../../controllers/live";
import { toast } from "../../base/controllers/toasts";

interface Bar {
  template: string;
  words: Record<string, string>;
  field?: Field;
  kept?: KeptText;
  to?: string;
  href?: string;
}

/** Above the sheet: one bar at a time, the most urgent wins. What needs no answer is a toast. */
export class BarsController extends LiveController {
  /** By what they are about, so that a newer word replaces an older one. */
  private readonly bars = new Map<string, Bar>();
  private shown: Bar | null = null;
  private countdown = 0;
  /** What the bar of kept texts was made of. */
  private keptState = "";

  private static readonly urgency = [
    "bar-another-account", "bar-signed-out", "bar-access-lost", "bar-offline", "bar-lock-ended", "bar-moved", "bar-unkept", "bar-refused",
    "bar-missed-save", "bar-asked", "bar-kept", "bar-saved", "bar-in_review", "bar-frozen", "bar-archived",
  ];

  override connect(): void {
    this.follow(
      project.on("connection", (connection) => this.onConnection(connection)),
      project.on("notice", (notice) => this.onNotice(notice)),
      project.on("status", () => this.paintStatus()),
      project.on("field", (field) => this.onField(field)),
    );
    this.paintStatus();
  }

  reconnect(): void {
    project.gateway.reconnectNow();
  }

  /** Make the save that waited when the page was reloaded. Where it cannot be made any more, the kept text is offered as usual. */
  async saveMissed(): Promise<void> {
    this.settle();
    if (!(await project.saving.saveMissed())) toast({ text: say("missed_save.no"), kind: "failed" });
  }

  dismissMissed(): void {
    project.saving.forgetMissed();
    this.settle();
  }

  dismiss(): void {
    this.settle();
  }

  copy(): void {
    const onSheet = [...project.fields.values()].find((field) => field.view);
    const text = this.shown?.kept?.content ?? (this.shown?.field ?? onSheet)?.text ?? "";
    void navigator.clipboard.writeText(text).then(() => toast({ text: say("copied") }));
  }

  /** To what the server cannot keep, in the field where it is. */
  goTo(): void {
    const { field } = this.shown ?? {};
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
    const { field } = this.shown ?? {};
    field?.apply({ changes: removingUnstorable(field.text), userEvent: "delete.fix" });
  }

  watch(): void {
    const { field } = this.shown ?? {};
    if (field) void project.handover.watch(field);
  }

  async takeAgain(): Promise<void> {
    const { field } = this.shown ?? {};
    if (field && (await project.locks.take(field))) this.forget(`lock:${field.name}`);
  }

  /** Another's version and this person's text, or the text beside what is saved. */
  merge(): void {
    const { field } = this.shown ?? {};
    const conflict = field && conflictIn(field);
    if (conflict) this.askIn("three-way", conflict);
    else if (field) this.askIn("merge", { field });
  }

  /** A text from before the field changed is merged with what it has now, and replaces nothing. */
  async restore(): Promise<void> {
    const { field, kept } = this.shown ?? {};
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
    const { kept } = this.shown ?? {};
    if (kept && (await confirmDiscard())) await attempt(project.kept.discard(kept));
  }

  async handOver(): Promise<void> {
    const { field, to } = this.shown ?? {};
    if (!field || !to) return;
    if (field.isDirty && !(await project.saving.save({ fields: [field] }))) {
      sayWhyNotSaved();
      return;
    }
    if (await attempt(project.handover.handOver(field, to))) this.settle();
  }

  keep(): void {
    const { field, to } = this.shown ?? {};
    if (field && to) void attempt(project.handover.keep(field, to));
    this.settle();
  }

  private onConnection(connection: Connection): void {
    window.clearInterval(this.countdown);
    if (connection.phase === "live") this.forget("line");
    else if (connection.phase === "ended") {
      const name = account.identity.as === "another" ? account.identity.name : "";
      this.put("line", { template: `bar-${connection.why.replace("_", "-")}`, words: { name } });
    } else if (connection.phase === "waiting") {
      const words = () => {
        const seconds = Math.max(1, Math.ceil((connection.retryAt - Date.now()) / 1000));
        return { retry: say("offline.retry", { seconds }) };
      };
      this.put("line", { template: "bar-offline", words: words() });
      this.countdown = window.setInterval(() => this.fill(words()), 500);
    }
  }

  private onNotice({ kind, field, values = {} }: Notice): void {
    const name = String(values["name"] ?? "");
    const about = field ? { field } : {};
    if (kind === "saved") {
      const version = Number(values["version"]);
      const words = say("toast.saved", { version, time: short(new Date(String(values["at"]))) });
      toast({ text: words, ...(version > 1 ? { link: { text: say("compare"), href: compareHref(version) } } : {}) });
      this.forget("refused");
      this.forget("missed");
    } else if (kind === "saved_by") {
      const version = Number(values["version"]);
      const title = say("saved_by", { name, version });
      if (values["mine"]) this.put("saved", { template: "bar-saved", words: { title, detail: say("saved_by.same") }, href: compareHref(version) });
      else toast({ text: title, kind: "info", link: { text: say("compare"), href: compareHref(version) } });
    } else if (kind === "lock_ended" && field) {
      this.lockEnded(field, name, Number(values["token"]));
    } else if (kind === "taken_over" && field) {
      void overruled(field, Number(values["token"])).then((text) => text && toast({ text, kind: "info" }));
    } else if (kind === "moved_away" && field) {
      toast({ text: say("moved_away", { field: field.title }), kind: "info" });
    } else if (kind === "offline") {
      toast({ text: say("offline.short"), kind: "failed" });
    } else if (kind === "not_safe") {
      toast({ text: say("unkept.nowhere"), kind: "failed" });
    } else if (kind === "asked_no_more" && field) {
      if (this.bars.get(`asked:${field.name}`)?.to === values["to"]) this.forget(`asked:${field.name}`);
    } else if ((kind === "moved" || kind === "taken_first") && field) {
      const title = say(kind === "moved" && name ? "moved.by" : kind, { ...values, field: field.label });
      this.put(`lock:${field.name}`, { template: "bar-moved", words: { title }, ...about });
    } else if (kind === "refused") {
      this.put("refused", { template: "bar-refused", words: { title: say("refused"), detail: String(values["detail"] ?? "") }, ...about });
    } else if (kind === "asked" && field) {
      const message = values["message"] ? say("said", { words: String(values["message"]) }) : "";
      const detail = [message, field.isDirty ? say("asked.unsaved") : ""].filter(Boolean).join(" ");
      const words = { title: say("asked", { name, field: field.label }), detail };
      this.put(`asked:${field.name}`, { template: "bar-asked", words, to: String(values["to"]), ...about });
    } else if (kind === "kept_refused" && field) {
      toast({ text: say("kept_refused", { name, field: field.title }), kind: "info" });
    } else if (kind === "missed_save") {
      const title = say("missed_save", { time: short(new Date(String(values["at"]))) });
      this.put("missed", { template: "bar-missed-save", words: { title } });
    } else if (kind === "role") {
      toast({ text: say("role"), kind: "info", link: { text: say("role.reload"), href: location.href } });
    } else if (kind === "gave_back" && field) {
      toast({ text: say(values["kept"] ? "gave_back.kept" : "gave_back", { field: field.title }), kind: "info" });
    }
  }

  paintStatus(): void {
    if (project.status === "open") this.forget("status");
    else this.put("status", { template: `bar-${project.status}`, words: {} });
  }

  /** Who ended it, and why; what is shown is this person's own text, until they look at the current one. */
  private lockEnded(field: Field, name: string, token: number): void {
    const key = `lock:${field.name}`;
    const time = short(new Date());
    const title = name ? say("lock_ended.by", { name, field: field.label }) : say("lock_ended", { field: field.label, time });
    const template = "bar-lock-ended";
    this.put(key, { template, words: { title, ...choicesIn(field) }, field });
    if (!name) return;
    void overruled(field, token).then((words) => {
      // Meanwhile a bar may stand there that says what the other saved.
      if (words && this.bars.get(key)?.template === template) this.reword(key, { title: words });
    });
  }

  /** Other words in a bar that is still there. */
  private reword(key: string, words: Record<string, string>): void {
    const bar = this.bars.get(key);
    if (!bar || Object.entries(words).every(([name, text]) => bar.words[name] === text)) return;
    Object.assign(bar.words, words);
    if (bar === this.shown) keepingCaret(shownEditor(), () => this.fill(bar.words));
  }

  /** A field that is ours and right again needs no bar; a kept text is offered where it belongs. */
  private onField(field: Field): void {
    this.unkeptIs(field);
    if (this.bars.has(`lock:${field.name}`) && !field.moved && (field.isHeld || !field.isDirty)) this.forget(`lock:${field.name}`);
    if (this.bars.has(`asked:${field.name}`) && !field.isHeld) this.forget(`asked:${field.name}`);
    if (this.bars.get(`lock:${field.name}`)?.template === "bar-lock-ended") this.reword(`lock:${field.name}`, choicesIn(field));
    if (field.view) this.paintKept(field);
  }

  /** One bar for all kept texts of the field: what the newest is, and how many there are beside it. */
  private paintKept(field: Field): void {
    const [kept, ...others] = project.kept.of(field);
    if (!kept) {
      this.forget("kept");
      return;
    }
    // At every key: the lines that differ are counted once.
    const state = [kept.id, kept.updated_at, field.base, others.length].join();
    if (this.bars.has("kept") && this.keptState === state) return;
    this.keptState = state;
    this.put("kept", { template: "bar-kept", words: keptWords(field, kept, others.length), field, kept });
  }

  /** The server does not keep a text: why, where, and what mends it, until it does. */
  private unkeptIs(field: Field): void {
    const key = `unkept:${field.name}`;
    const { unkept, unstorable } = field;
    if (!unkept) {
      this.forget(key);
      return;
    }
    const { title, why, where } = unkept;
    const remove = unstorable?.removable ? count("unstorable.remove", unstorable.removable) : "";
    const words = { title, detail: `${why} ${where}`, go: unstorable ? say("unstorable.go") : "", remove };
    const known = this.bars.get(key);
    if (known?.words["detail"] === words.detail && known.words["remove"] === words.remove) return;
    this.put(key, { template: "bar-unkept", words, field });
  }

  private put(key: string, bar: Bar): void {
    this.bars.set(key, bar);
    this.show();
  }

  private forget(key: string): void {
    if (this.bars.delete(key)) this.show();
  }

  /** The shown bar has been answered. */
  private settle(): void {
    for (const [key, bar] of this.bars) if (bar === this.shown) this.forget(key);
  }

  private show(): void {
    const { urgency } = BarsController;
    const [first] = [...this.bars.values()].sort((a, b) => urgency.indexOf(a.template) - urgency.indexOf(b.template));
    if (first === this.shown) return;
    this.shown = first ?? null;
    const hadFocus = this.element.contains(document.activeElement);
    keepingCaret(shownEditor(), () => this.paint(first));
    // The button that was pressed is gone with its bar.
    if (hadFocus) project.focusText();
  }

  private paint(bar: Bar | undefined): void {
    const template = bar && document.getElementById(bar.template);
    if (!bar || !(template instanceof HTMLTemplateElement)) {
      this.element.replaceChildren();
      return;
    }
    this.element.replaceChildren(instantiate(template));
    this.fill(bar.words);
    const link = part(this.element, "link");
    if (link instanceof HTMLAnchorElement && bar.href) link.href = bar.href;
  }

  private fill(words: Record<string, string>): void {
    for (const [name, text] of Object.entries(words)) {
      const place = part(this.element, name);
      if (place && place.textContent !== text) place.textContent = text;
      if (place instanceof HTMLButtonElement) place.hidden = text === "";
    }
  }
}

function shownEditor(): EditorView | null {
  return [...project.fields.values()].find((field) => field.view)?.view ?? null;
}
