import type { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { toast } from "../../base/controllers/toasts";
import type { JsonProblem } from "../../editor/json";
import { formatted } from "../../editor/json_format";
import { keepingCaretUnder } from "../../editor/keeping_caret";
import { setWritable } from "../../editor/setup";
import { say } from "../../texts";
import { short } from "../../time";
import { project } from "../instance";
import { conflictIn } from "../conflicts";
import type { Field } from "../field";
import { whyReadOnly } from "../refusals";
import { attempt } from "../attempt";
import { paintLock } from "../field_row";
import { LiveController, part } from "../../controllers/live";

const CURSOR_INTERVAL = 500;

/** The sheet in the middle: the editor of the chosen field, and who may write in it. */
export class SheetController extends LiveController {
  static override targets = [
    "title", "folder", "badge", "format", "compare", "cancel", "ask", "continue", "takeOver",
    "note", "goTo", "fix", "body", "source", "empty",
  ];
  static override values = { field: String, exact: Boolean };
  declare readonly titleTarget: HTMLElement;
  declare readonly folderTarget: HTMLElement;
  declare readonly badgeTarget: HTMLElement;
  declare readonly formatTarget: HTMLButtonElement;
  declare readonly compareTarget: HTMLAnchorElement;
  declare readonly cancelTarget: HTMLButtonElement;
  declare readonly askTarget: HTMLButtonElement;
  declare readonly hasAskTarget: boolean;
  declare readonly continueTarget: HTMLButtonElement;
  declare readonly takeOverTarget: HTMLButtonElement;
  declare readonly hasTakeOverTarget: boolean;
  declare readonly noteTarget: HTMLElement;
  declare readonly goToTarget: HTMLButtonElement;
  declare readonly fixTarget: HTMLButtonElement;
  declare readonly bodyTarget: HTMLElement;
  declare readonly sourceTarget: HTMLTextAreaElement;
  declare readonly emptyTarget: HTMLElement;
  declare fieldValue: string;
  /** Whether the text in the page is the field's: in HTML every CR becomes an LF. */
  declare readonly exactValue: boolean;
  private view: EditorView | null = null;
  private field!: Field;
  private writable: boolean | null = null;
  private cursorTimer = 0;
  private readonly scrolled = new Map<Field, number>();

  override connect(): void {
    this.follow(
      project.on("field", (field) => {
        if (field === this.field) this.paint();
      }),
      project.on("version", () => this.paint()),
      project.on("connection", ({ phase }) => {
        if (phase === "live") this.tellPlace();
      }),
    );
    window.addEventListener("field:chosen", this.chosen);
    window.addEventListener("save:cancelled", this.cancelled);
    void this.show(this.fieldValue, this.exactValue ? this.sourceTarget.value : undefined);
  }

  override disconnect(): void {
    super.disconnect();
    window.removeEventListener("field:chosen", this.chosen);
    window.removeEventListener("save:cancelled", this.cancelled);
    this.view?.destroy();
  }

  cancel(): void {
    if (!this.field.isDirty) void project.locks.giveBack(this.field).then(() => project.focusText());
    else this.dispatch("ask", { target: document.getElementById("give-back") ?? window, prefix: "give-back", detail: this.field });
  }

  /** Ask for the field, or take that back. */
  ask(): void {
    const { field } = this;
    if (field.asked) void attempt(project.handover.withdraw(field));
    else this.dispatch("ask", { target: document.getElementById("ask-field") ?? window, prefix: "ask-field", detail: field });
  }

  continueHere(): void {
    void attempt(project.handover.continueHere(this.field)).then(() => project.focusText());
  }

  compare(event: Event): void {
    if (!this.field.isDirty) return;
    event.preventDefault();
    const conflict = conflictIn(this.field);
    const name = conflict ? "three-way" : "merge";
    this.dispatch("ask", { target: document.getElementById(name) ?? window, prefix: name, detail: conflict ?? { field: this.field } });
  }

  start(): void {
    const why = whyReadOnly(this.field);
    if (why) toast({ text: why, kind: "failed" });
    this.view?.focus();
    void project.locks.take(this.field);
  }

  goTo(): void {
    const { problem } = this.field;
    if (!this.view || !problem) return;
    const at = placeOf(problem, this.view.state);
    this.view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
    this.view.focus();
  }

  fix(): void {
    const fix = this.field.problem?.fix;
    if (!this.view || !fix || !this.writable) return;
    const { from, to, insert } = fix;
    this.view.dispatch({ changes: { from, to, insert }, userEvent: "input.fix" });
    project.linter.now(this.field);
  }

  /** Lay the JSON out; where it is broken, go to what must be corrected first. */
  format(): void {
    const { field, view } = this;
    if (!view || !this.isFormattable) return;
    project.linter.now(field);
    if (field.problem) return this.goTo();
    const change = formatted(view.state);
    if (change) view.dispatch(change);
    else toast({ text: say("json.formatted"), kind: "info" });
    view.focus();
  }

  formatAsked(event: Event): void {
    if (!this.isFormattable) return;
    event.preventDefault();
    this.format();
  }

  private get isFormattable(): boolean {
    return this.field.language === "json" && this.writable === true;
  }

  /** Asked for elsewhere: by key, in the palette, beside the save button of a phone. */
  readonly cancelled = (event: Event): void => {
    event.preventDefault();
    if (this.field.isHeld && project.isLive) this.cancel();
    else if (this.field.isHeld) toast({ text: say("offline.short"), kind: "failed" });
    else toast({ text: say("why.not_editing", { field: this.field.title }), kind: "failed" });
  };

  asked(event: Event): void {
    event.preventDefault();
    const view = project.viewOf(this.field);
    if (view === "elsewhere") this.continueHere();
    else if (view === "theirs" && !this.field.asked) this.ask();
    else if (view === "free") toast({ text: say("why.free", { field: this.field.title }), kind: "info" });
  }

  private readonly chosen = (event: Event): void => {
    void this.show((event as CustomEvent<string>).detail);
  };

  private async show(name: string, text?: string): Promise<void> {
    const field = project.fields.get(name);
    if (!field) return;
    this.fieldValue = name;
    await project.load(field, text);
    // Until now keys went into the field that is shown; and another may have been chosen since.
    if (this.fieldValue !== name || this.field === field) return;
    const before = this.field as Field | undefined;
    this.field = field;
    if (before) this.leave(before);
    this.mount(field);
    this.tellPlace();
    this.paint();
    this.dispatch("shown", { target: window, detail: field });
  }

  /** What was taken by looking only is given back at once; text that is not saved keeps its lock. */
  private leave(field: Field): void {
    if (this.view) this.scrolled.set(field, this.view.scrollDOM.scrollTop);
    field.view = null;
    if (field.isHeld && !field.isDirty) void project.locks.giveBack(field, { quietly: true });
  }

  private mount(field: Field): void {
    const state = field.state!;
    this.writable = null;
    if (this.view) {
      this.view.setState(state);
    } else {
      this.sourceTarget.remove();
      this.view = new EditorView({
        state,
        parent: this.bodyTarget,
        dispatchTransactions: (transactions, view) => {
          view.update(transactions);
          for (const one of transactions) project.edited(this.field, one);
          if (transactions.some((one) => one.selection)) this.tellPlaceSoon();
        },
      });
    }
    field.view = this.view;
    this.view.scrollDOM.scrollTop = this.scrolled.get(field) ?? 0;
  }

  private tellPlaceSoon(): void {
    if (this.cursorTimer) return;
    this.cursorTimer = window.setTimeout(() => {
      this.cursorTimer = 0;
      this.tellPlace();
    }, CURSOR_INTERVAL);
  }

  /** Others see which field we are in. */
  private tellPlace(): void {
    if (!this.view) return;
    // Where somebody is in a private text is nobody's business.
    const { anchor, head } = (!project.proposal && this.field.state?.selection.main) || { anchor: 0, head: 0 };
    project.gateway.request("cursor.move", { field: this.field.name, anchor, head }).catch(() => undefined);
  }

  private paint(): void {
    const { field } = this;
    if (!field?.view) return;
    const view = project.viewOf(field);
    this.element.dataset["state"] = view;
    this.paintName();
    paintLock(this.badgeTarget, field);
    this.paintTools(view);
    this.paintNote();
    this.emptyTarget.hidden = view !== "free" || field.view.state.doc.length > 0;
    const title = part(this.emptyTarget, "title");
    if (title) title.textContent = say("empty", { field: field.label });
    this.dispatch("painted", { target: window, detail: field });
    const writable = project.isWritable(field);
    if (writable !== this.writable) {
      this.writable = writable;
      const label = say("editor.label", { field: field.label });
      // The editor is painted inside its own update; changing it waits until that is over.
      queueMicrotask(() => field.apply({ effects: setWritable(writable, label) }));
    }
  }

  private paintName(): void {
    const { field, titleTarget, folderTarget } = this;
    // Painted at every key; the name changes with the field only.
    if (titleTarget.title === field.name && titleTarget.textContent === field.title) return;
    titleTarget.textContent = field.title;
    titleTarget.title = folderTarget.title = field.name;
    field.folder.forEach((words, index) => (folderTarget.children[index]!.textContent = words));
    folderTarget.toggleAttribute("data-uncut", !field.folder[1]);
  }

  private paintTools(view: string): void {
    const { field } = this;
    this.formatTarget.hidden = field.language !== "json" || !project.isWritable(field);
    this.cancelTarget.hidden = view !== "yours" || !field.isHeld || !project.isLive;
    const theirs = view === "theirs" || view === "elsewhere";
    if (this.hasAskTarget) {
      this.askTarget.hidden = view !== "theirs" || !project.may.write || !project.isLive;
      const [ask, asked] = [part(this.askTarget, "ask"), part(this.askTarget, "asked")];
      if (ask) ask.hidden = field.asked !== null;
      if (asked) asked.hidden = field.asked === null;
      const time = asked?.querySelector(".tabular");
      if (time && field.asked) time.textContent = short(field.asked);
    }
    this.continueTarget.hidden = view !== "elsewhere" || !project.may.write || !project.isLive;
    if (this.hasTakeOverTarget) this.takeOverTarget.hidden = view !== "theirs" || !project.may.take_over;
    this.paintCompare(theirs);
  }

  /** With unsaved text: that text beside what is saved. Otherwise the way to comparing versions. */
  private paintCompare(theirs: boolean): void {
    const { field } = this;
    const { version } = project;
    this.compareTarget.hidden = theirs || (!field.isDirty && version < 2);
    this.compareTarget.href = `${project.urls.compare}?${new URLSearchParams({ base: String(version - 1), target: String(version) })}`;
    const words = field.isDirty && field.base > 0 ? say("compare.with", { version: field.base }) : say("compare.versions");
    this.compareTarget.querySelector("span")!.textContent = words;
    this.compareTarget.title = words;
  }

  private paintNote(): void {
    const { problem, state } = this.field;
    const isHidden = !problem;
    if (this.noteTarget.hidden !== isHidden) queueMicrotask(() => keepingCaretUnder(this.noteTarget, this.view, () => (this.noteTarget.hidden = isHidden)));
    if (!problem || !state) return;
    const line = state.doc.lineAt(placeOf(problem, state)).number;
    this.noteTarget.querySelector("p")!.textContent = say("json.note", { line, problem: say(problem.key, problem.values) });
    this.goToTarget.textContent = say("json.go", { line });
    this.fixTarget.hidden = !problem.fix || !this.writable;
    if (problem.fix) this.fixTarget.textContent = say(problem.fix.key);
  }
}

/** Where a problem is; the text may have become shorter since it was looked at. */
function placeOf({ from }: JsonProblem, { doc }: EditorState): number {
  return Math.min(from, doc.length);
}
