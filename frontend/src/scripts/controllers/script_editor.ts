import { setDiagnostics } from "@codemirror/lint";
import { Text, type Transaction } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { LiveController } from "../../controllers/live";
import { setWritable } from "../../editor/setup";
import { lineDelta, setSaved } from "../../editor/unsaved";
import { gateway, me } from "../../live";
import type { ProjectEvent } from "../../protocol";
import { say } from "../../texts";
import { withSeconds } from "../../time";
import { ScriptBar } from "../bar";
import { changeBetween } from "../change";
import type { Comparison } from "../comparing";
import { KeptScript } from "../kept";
import type { ScriptData } from "../server";
import { ScriptSession } from "../session";
import { MAX_BYTES, scriptState, sizeOf } from "../state";

/** The editor of a script: an editor in the place of the text that Django wrote, and what is said around it. */
export class ScriptEditorController extends LiveController {
  static override targets = [
    "editing", "cancel", "save", "bars", "bar", "note", "body", "source", "unsaved", "lines", "kept", "size", "place", "words", "state",
  ];
  declare readonly editingTarget: HTMLElement;
  /** In the bar, and on a phone in the menu. */
  declare readonly cancelTargets: HTMLButtonElement[];
  declare readonly hasSaveTarget: boolean;
  declare readonly saveTarget: HTMLButtonElement;
  declare readonly barsTarget: HTMLElement;
  declare readonly barTargets: HTMLTemplateElement[];
  declare readonly noteTarget: HTMLElement;
  declare readonly bodyTarget: HTMLElement;
  declare readonly sourceTarget: HTMLTextAreaElement;
  declare readonly unsavedTarget: HTMLElement;
  declare readonly linesTarget: HTMLElement;
  declare readonly keptTarget: HTMLElement;
  declare readonly sizeTarget: HTMLElement;
  declare readonly placeTarget: HTMLElement;
  declare readonly wordsTarget: HTMLElement;
  declare readonly stateTarget: HTMLElement;
  private view!: EditorView;
  private session!: ScriptSession;
  private above!: ScriptBar;
  private kept!: KeptScript;
  private isElsewhere = false;
  private restored: string | null = null;
  private marked = "";
  private shown: Text | null = null;

  override connect(): void {
    const data = JSON.parse(document.getElementById("script-data")?.textContent ?? "{}") as ScriptData;
    this.kept = new KeptScript(me, data.id, (at) => this.session.isKept(at));
    const session = new ScriptSession(data, this.kept);
    this.session = session;
    this.above = new ScriptBar(this.barsTarget, this.barTargets);
    const updates = EditorView.updateListener.of((update) => {
      if (update.docChanged) session.typed(update.state.doc.toString());
      if (update.docChanged || update.selectionSet) this.paintFoot();
    });
    const state = scriptState(data.source, say("scripts.label", { name: data.label }), () => data.may_edit && !this.isElsewhere, updates);
    this.view = new EditorView({ state, parent: this.bodyTarget });
    this.sourceTarget.remove();
    this.follow(
      session.on("changed", () => this.paint()),
      session.on("saved", () => this.hasSaved()),
      session.on("replaced", ({ text, by }) => this.replaced(text, by)),
      gateway.on("event", (event) => this.heard(event)),
      gateway.on("missed", () => void session.look()),
      gateway.on("connection", ({ phase }) => {
        if (phase === "live") session.isBack();
      }),
      () => this.kept.end(),
      () => this.view.destroy(),
    );
    window.addEventListener("pagehide", this.leaving);
    document.addEventListener("visibilitychange", this.leaving);
    window.addEventListener("script:state", this.stateChanged);
    this.goTo(data.line);
    void this.begin();
  }

  override disconnect(): void {
    super.disconnect();
    window.removeEventListener("pagehide", this.leaving);
    document.removeEventListener("visibilitychange", this.leaving);
    window.removeEventListener("script:state", this.stateChanged);
  }

  save(): void {
    void this.session.save();
  }

  saveAsked(event: Event): void {
    event.preventDefault();
    if (this.session.data.may_edit) this.save();
  }

  /** Ctrl+Enter also sends forms, of those beside the text too. */
  runAsked(event: Event): void {
    if (document.activeElement?.closest("form")) return;
    event.preventDefault();
    if (this.session.data.may_run) void this.saveAndRun();
  }

  run(event: Event): void {
    if (!this.session.isDirty) return;
    event.preventDefault();
    void this.saveAndRun();
  }

  /** What was typed goes; Ctrl+Z brings it back while the page is open. */
  cancel(): void {
    this.restored = null;
    this.session.discard();
    this.write(this.session.text);
    this.view.focus();
  }

  dismiss(): void {
    this.restored = null;
    this.paint();
    this.view.focus();
  }

  compareKept(): void {
    const { savedText, text, data } = this.session;
    this.compare({ left: savedText, right: text, leftLabel: say("scripts.saved_text"), savedBy: "", base: null, label: data.label });
  }

  compareTheirs(): void {
    const { theirs, text, baseText, data } = this.session;
    if (!theirs) return;
    const leftLabel = theirs.saved_by ? say("scripts.text_of", { name: theirs.saved_by }) : say("scripts.saved_text");
    this.compare({ left: theirs.source, right: text, leftLabel, savedBy: theirs.saved_by, base: baseText, label: data.label });
  }

  takeTheirs(): void {
    this.cancel();
  }

  async writeHere(): Promise<void> {
    this.isElsewhere = false;
    await this.resume();
    this.paint();
    this.view.focus();
  }

  copy(): void {
    void navigator.clipboard.writeText(this.session.text);
  }

  download(): void {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([this.session.text], { type: "text/plain" }));
    link.download = `${this.session.data.label.replace(/[^\p{L}\p{N}_.-]+/gu, "_")}.lua`;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  goToError(): void {
    this.goTo(this.session.wrong?.line ?? null);
    this.view.focus();
  }

  private async begin(): Promise<void> {
    const { data } = this.session;
    if (data.may_edit) {
      this.isElsewhere = await this.kept.isElsewhere();
      if (!this.isElsewhere) await this.resume();
    }
    this.element.dataset["ready"] = "";
    this.paint();
  }

  private async resume(): Promise<void> {
    const found = await this.kept.load();
    if (!found || this.session.isDirty || !this.session.resume(found.base, found.text)) return;
    this.restored = found.text;
    this.write(found.text);
  }

  private async saveAndRun(): Promise<void> {
    if (await this.session.save()) location.assign(this.session.data.urls.run);
  }

  private hasSaved(): void {
    this.restored = null;
    this.wordsTarget.textContent = say("scripts.saved");
    this.dispatch("changed", { target: window, prefix: "script" });
  }

  private replaced(text: string, by: string): void {
    this.write(text);
    if (by) this.wordsTarget.textContent = say("scripts.replaced", { name: by });
  }

  /** Show another text; the caret stays in its line as far as the lines are the same. */
  private write(text: string): void {
    const { doc } = this.view.state;
    const now = doc.toString();
    if (now === text) return;
    this.view.dispatch({ changes: changeBetween(now, text) });
  }

  private heard({ name, data, actor }: ProjectEvent): void {
    if (name.startsWith("project.") || (name.startsWith("release.") && "project_status" in data)) {
      this.session.flush();
      location.reload();
      return;
    }
    if (data["script_id"] !== this.session.data.id) return;
    if (name === "script.saved" && data["sha256"] !== this.session.base) void this.session.look();
    if (name === "script.deleted") this.session.wasDeleted(actor.display_name);
  }

  private compare(comparison: Omit<Comparison, "use">): void {
    const use = (text: string) => {
      const { theirs } = this.session;
      this.write(text);
      if (theirs) this.session.useBase(theirs);
      this.restored = null;
      this.paint();
      this.view.focus();
    };
    this.dispatch("compare", { target: window, prefix: "script", detail: { ...comparison, use } satisfies Comparison });
  }

  private readonly leaving = (): void => {
    if (document.hidden || !document.hasFocus()) this.session.flush();
  };

  private readonly stateChanged = (event: Event): void => {
    const { isOn } = (event as CustomEvent<{ isOn: boolean }>).detail;
    this.stateTarget.toggleAttribute("data-on", isOn);
    for (const part of this.stateTarget.querySelectorAll<HTMLElement>("[data-switch]")) part.hidden = (part.dataset["switch"] === "on") !== isOn;
  };

  private goTo(line: number | null): void {
    if (line === null) return;
    const found = this.view.state.doc.line(Math.min(Math.max(line, 1), this.view.state.doc.lines));
    this.view.dispatch({ selection: { anchor: found.from }, effects: EditorView.scrollIntoView(found.from, { y: "center" }) });
  }

  private paint(): void {
    const { session } = this;
    const { isDirty, isSaving, wrong, data } = session;
    const isWritable = data.may_edit && !this.isElsewhere && session.deletedBy === null;
    // The session may change while the editor updates.
    queueMicrotask(() => this.paintEditor(isWritable));
    this.element.dataset["state"] = !isWritable ? "reading" : isDirty ? "yours" : "free";
    this.editingTarget.hidden = !isDirty;
    for (const each of this.cancelTargets) each.hidden = !isDirty;
    if (this.hasSaveTarget) this.saveTarget.disabled = !isDirty || isSaving || session.theirs !== null;
    this.noteTarget.hidden = wrong === null;
    this.noteTarget.querySelector("p")!.textContent = wrong ? (wrong.line ? say("scripts.wrong", { line: wrong.line, problem: wrong.text }) : wrong.text) : "";
    this.noteTarget.querySelector("button")!.hidden = !wrong?.line;
    this.above.paint(session, this.isElsewhere, this.restored !== null);
    this.paintFoot();
  }

  private paintEditor(isWritable: boolean): void {
    const { view, session } = this;
    const effects = [];
    const key = `${isWritable}`;
    if (this.marked !== key) {
      this.marked = key;
      effects.push(setWritable(isWritable, say("scripts.label", { name: session.data.label })));
    }
    const saved = session.baseText ?? session.savedText;
    if (this.shown?.toString() !== saved) {
      this.shown = Text.of(saved.split("\n"));
      effects.push(setSaved.of(this.shown));
    }
    if (effects.length > 0) view.dispatch({ effects });
    const { doc } = view.state;
    const line = session.wrong?.line ? doc.line(Math.min(session.wrong.line, doc.lines)) : null;
    const shown = line ? [{ from: line.from, to: line.to, severity: "error" as const, message: session.wrong!.text }] : [];
    view.dispatch(setDiagnostics(view.state, shown) as Transaction);
    this.paintFoot();
  }

  private paintFoot(): void {
    const { session, view } = this;
    const { state } = view;
    const { added, removed } = lineDelta(state);
    const line = state.doc.lineAt(state.selection.main.head);
    const size = sizeOf(state);
    this.unsavedTarget.hidden = !session.isDirty;
    this.linesTarget.hidden = !session.isDirty || added + removed === 0;
    this.linesTarget.textContent = say("scripts.lines", { added, removed });
    this.keptTarget.hidden = !session.isDirty || !(session.keptAt || session.isUnkept);
    const kept = session.isUnkept ? say("scripts.kept_here") : session.keptAt ? say("scripts.kept", { time: withSeconds(session.keptAt) }) : "";
    this.keptTarget.querySelector("span")!.textContent = kept;
    this.sizeTarget.textContent = say("scripts.size", { lines: state.doc.lines, size: (size / 1024).toFixed(1) });
    this.sizeTarget.toggleAttribute("data-over", size > MAX_BYTES);
    this.placeTarget.textContent = say("foot.place", { line: line.number, column: state.selection.main.head - line.from + 1 });
  }
}
