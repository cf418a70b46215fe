import { diff } from "@codemirror/merge";
import { Annotation, ChangeSet, type ChangeSpec, type EditorState, Text, Transaction, type TransactionSpec } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import type { JsonProblem } from "../editor/json";
import { isUnsaved, savedText, setSaved } from "../editor/unsaved";
import type { Lock } from "../protocol";
import type { Unstorable } from "./unstorable";

/** Marks changes that did not come from this person's hands. */
export const fromServer = Annotation.define<true>();

export interface FieldFacts {
  name: string;
  label: string;
  language: string;
  /** Whether the current version has the field: a new file has not been saved yet. */
  exists: boolean;
  /** Its lock when Django wrote the page. */
  lock: Lock | null;
}

/** One field as this tab knows it: its text, its lock, what of it is saved and kept. */
export class Field {
  name: string;
  label: string;
  language: string;
  exists: boolean;
  lock: Lock | null;
  /** The token of the lock while this session holds it. */
  token: number | null = null;
  /** The version of which `saved` is the text. */
  base: number;
  /** Counts this person's changes under the present lock; what is kept on the server names one. */
  revision = 0;
  keptRevision = 0;
  /** The revision that a save under way carries: kept apart as well, it would outlive the save. */
  savingRevision = 0;
  keptAt: Date | null = null;
  /** Tokens of locks that ended while this tab had unsaved text, which it still shows. */
  readonly continued = new Set<number>();
  /** Why the server does not keep this person's text now, and where it is kept instead. */
  unkept: { title: string; why: string; where: string } | null = null;
  /** What of the text the server could never keep. */
  unstorable: Unstorable | null = null;
  problem: JsonProblem | null = null;
  /** Where the field moved under unsaved text, the version and text that it moved to. */
  moved: { version: number; text: string; by: string } | null = null;
  asked: Date | null = null;
  /** Whether the text shown is what somebody else types: then it differs from what is saved, but not by us. */
  isWatched = false;
  /** Null until the text is loaded. */
  state: EditorState | null = null;
  /** The editor, while this field is the one shown. */
  view: EditorView | null = null;

  constructor(facts: FieldFacts, version: number) {
    this.name = facts.name;
    this.label = facts.label;
    this.language = facts.language;
    this.exists = facts.exists;
    this.lock = facts.lock;
    this.base = version;
  }

  /** The file is called `name` from now on; what this tab knows of it stays. */
  rename(name: string): void {
    this.name = name;
    this.label = name.slice("files/".length);
  }

  /** What it is called where there is little room: a file by its last part. */
  get title(): string {
    return this.keepsLineEnds ? this.label.slice(this.label.lastIndexOf("/") + 1) : this.label;
  }

  /** What it is called in a sentence: a file with the folder that it lies in, so that two of one name can be distinguished. */
  get shortPath(): string {
    return this.keepsLineEnds ? this.label.split("/").slice(-2).join("/") : this.label;
  }

  /** Where a file lies, in two parts, of which the first is cut; for other fields the name that programs use. */
  get folder(): [string, string] {
    if (!this.keepsLineEnds) return [this.name, ""];
    const folder = this.label.slice(0, Math.max(0, this.label.lastIndexOf("/")));
    const end = folder.lastIndexOf("/");
    return end < 0 ? ["", folder] : [folder.slice(0, end), folder.slice(end)];
  }

  get text(): string {
    return this.state?.doc.toString() ?? "";
  }

  get saved(): string {
    return this.state ? savedText(this.state).toString() : "";
  }

  get isDirty(): boolean {
    return this.state !== null && !this.isWatched && isUnsaved(this.state);
  }

  get isHeld(): boolean {
    return this.token !== null;
  }

  /** Whether this person has changed the text since they took the field. */
  get isTyped(): boolean {
    return this.isDirty || this.revision > 0;
  }

  /** Whether the text must be right JSON to be saved. */
  get isConfiguration(): boolean {
    return this.name === "model_configuration";
  }

  /** Whether the field is kept with the line ends that it has; in the others they are LF. */
  get keepsLineEnds(): boolean {
    return this.name.startsWith("files/");
  }

  apply(spec: TransactionSpec): void {
    if (this.view) this.view.dispatch(spec);
    else if (this.state) this.state = this.state.update(spec).state;
  }

  /** `text` is what is saved as `version`; what this person typed stays, moved along where the text around it changed. */
  rebase(text: string, version: number): void {
    this.base = version;
    if (!this.state) return;
    const saved = Text.of(text.split("\n"));
    this.apply({ changes: this.changesAfter(this.saved, text), effects: setSaved.of(saved), annotations: quietly() });
  }

  /** `before`, which this field showed, has become `after` on the server; what was typed over it since stays, moved along. */
  follow(before: string, after: string): void {
    this.apply({ changes: this.changesAfter(before, after), annotations: quietly() });
  }

  /** Both start from `before`: what leads to `after` is moved along by what was typed here (operational transformation). */
  private changesAfter(before: string, after: string): ChangeSet {
    const theirs = ChangeSet.of(changesBetween(before, after), before.length, "\n");
    const mine = ChangeSet.of(changesBetween(before, this.text), before.length, "\n");
    return theirs.map(mine);
  }

  /** Show `text` without claiming that it is saved; `typed`: as if this person had typed it. */
  replace(text: string, { typed = false } = {}): void {
    this.apply({ changes: changesBetween(this.text, text), ...(typed ? {} : { annotations: fromServer.of(true) }) });
  }

  /** Show `text`, which the server has: no step of this person's, and so none that they undo. */
  show(text: string): void {
    this.apply({ changes: changesBetween(this.text, text), annotations: quietly() });
  }

  /** `text`, which was this field's text a moment ago, is now saved as `version`. */
  settle(text: string, version: number): void {
    this.base = version;
    this.exists = true;
    this.moved = null;
    this.apply({ effects: setSaved.of(Text.of(text.split("\n"))), annotations: quietly() });
  }

  forgetLock(): void {
    this.token = null;
    this.revision = this.keptRevision = this.savingRevision = 0;
    this.keptAt = null;
  }
}

function quietly() {
  return [fromServer.of(true), Transaction.addToHistory.of(false)];
}

/** The smallest changes that turn one text into another, so that cursor and scrolling stay where they are. */
export function changesBetween(before: string, after: string): ChangeSpec[] {
  if (before === after) return [];
  return diff(before, after, { scanLimit: 1000, timeout: 100 }).map(({ fromA, toA, fromB, toB }) => ({
    from: fromA,
    to: toA,
    insert: after.slice(fromB, toB),
  }));
}
