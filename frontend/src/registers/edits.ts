import { Emitter } from "../emitter";

/**
 * What somebody does to cells, from the first letter until the server has it. A text is given up by its person only:
 * whatever scrolls, arrives, is refused or is cut off, it stays here.
 */

/** A cell as the page shows it. `tips` are the operations that its value is of. */
export interface Cell {
  record: string;
  field: string;
  text: string;
  tips: readonly string[];
}

/**
 * - `typing`: in the editor
 * - `kept`: in the editor before the page was left or reloaded; its person decides
 * - `waiting`: to be sent, when there is a line
 * - `sending`
 * - `refused`: the server does not take it, `why`
 * - `stale`: somebody else changed the cell meanwhile, to `theirs`
 */
export type Phase = "typing" | "kept" | "waiting" | "sending" | "refused" | "stale";

export interface Edit {
  record: string;
  field: string;
  text: string;
  /** What the cell showed when it was begun. */
  before: string;
  /** The operations that its person had seen. */
  base: readonly string[];
  phase: Phase;
  why: string;
  theirs: Cell | null;
  /** Who changed it meanwhile. */
  by: string;
  /** Makes a repeat safe. */
  ref: string;
  /** The text that was sent last. */
  sent: string;
}

/** How the server answers to an edit. */
export type Answer =
  | { kind: "done"; tips: readonly string[] }
  | { kind: "refused"; why: string }
  | { kind: "stale"; why: string; text: string; tips: readonly string[] }
  | { kind: "offline" };

interface EditEvents {
  /** A cell looks different now. */
  changed: { record: string; field: string };
  /** The server has what was typed. */
  done: Edit;
}

export interface Store {
  write(edits: Edit[]): void;
}

export class Edits extends Emitter<EditEvents> {
  private readonly edits = new Map<string, Edit>();
  private isLive = false;

  constructor(
    private readonly send: (edit: Edit) => Promise<Answer>,
    private readonly store: Store,
    private readonly newRef: () => string,
  ) {
    super();
  }

  /** What a page that is no more has kept: what was under edit is offered again, what was to be sent is sent. */
  recover(kept: readonly Edit[]): void {
    for (const edit of kept) {
      // Whoever types in the cell again has seen it empty of this.
      if (this.of(edit.record, edit.field)) continue;
      const phase = edit.phase === "typing" ? "kept" : edit.phase === "sending" ? "waiting" : edit.phase;
      this.put({ ...edit, phase });
    }
    this.connected(this.isLive);
  }

  of(record: string, field: string): Edit | undefined {
    return this.edits.get(keyOf({ record, field }));
  }

  all(): Edit[] {
    return [...this.edits.values()];
  }

  /** How many are not with the server yet. */
  get unsent(): number {
    return this.all().filter(({ phase }) => phase === "waiting" || phase === "sending").length;
  }

  /** Somebody begins to type in a cell, or goes on with what they had typed there. */
  begin(cell: Cell, text: string): Edit {
    const earlier = this.of(cell.record, cell.field);
    const begun: Edit = earlier
      ? { ...earlier, text, phase: "typing" }
      : { record: cell.record, field: cell.field, text, before: cell.text, base: cell.tips, phase: "typing", why: "", theirs: null, by: "", ref: "", sent: "" };
    this.put(begun);
    return begun;
  }

  type(record: string, field: string, text: string): void {
    const edit = this.of(record, field);
    if (edit) this.put({ ...edit, text });
  }

  /** As it was: the text is given up. */
  drop(record: string, field: string): void {
    if (this.edits.delete(keyOf({ record, field }))) this.say(record, field);
  }

  /** The page shows what was saved; what was begun in the cell since then stays. */
  shown({ record, field, ref }: Edit): void {
    const now = this.of(record, field);
    if (now?.ref === ref && now.phase !== "typing") this.drop(record, field);
  }

  /** Their records are deleted. */
  dropAll(records: ReadonlySet<string>): void {
    for (const { record, field } of this.all()) if (records.has(record)) this.drop(record, field);
  }

  /** It is to be sent; what says the same as before is not. */
  keep(record: string, field: string): void {
    const edit = this.of(record, field);
    if (!edit) return;
    if (edit.text === edit.before && !edit.theirs) {
      this.drop(record, field);
      return;
    }
    const next: Edit = { ...edit, why: "", ref: this.newRef() };
    if (edit.theirs) this.put({ ...next, phase: "stale" });
    else void this.dispatch({ ...next, phase: "waiting" });
  }

  /** Of two texts, mine: it replaces theirs, which its person has seen now. */
  keepMine(record: string, field: string): void {
    const edit = this.of(record, field);
    if (!edit?.theirs) return;
    const { text: before, tips: base } = edit.theirs;
    void this.dispatch({ ...edit, before, base, theirs: null, by: "", why: "", ref: this.newRef(), phase: "waiting" });
  }

  takeTheirs(record: string, field: string): void {
    this.drop(record, field);
  }

  /** The page shows the cell anew; `by` is who changed it. What is typed there stays. */
  arrived(cell: Cell, by: string): void {
    const edit = this.of(cell.record, cell.field);
    if (!edit || edit.phase === "sending" || isSame(cell.tips, edit.base)) return;
    if (cell.text === edit.text && edit.phase !== "typing") this.drop(cell.record, cell.field);
    else this.put({ ...edit, theirs: cell, by: by || edit.by, phase: edit.phase === "refused" ? "stale" : edit.phase });
  }

  /** There is a line now, or none. */
  connected(isLive: boolean): void {
    this.isLive = isLive;
    if (!isLive) return;
    for (const edit of this.all()) {
      if (edit.phase !== "waiting") continue;
      if (edit.theirs) this.put({ ...edit, phase: "stale" });
      else void this.dispatch(edit);
    }
  }

  private async dispatch(edit: Edit): Promise<void> {
    if (!this.isLive) {
      this.put({ ...edit, phase: "waiting" });
      return;
    }
    this.put({ ...edit, sent: edit.text, phase: "sending" });
    const answer = await this.send(edit);
    const now = this.of(edit.record, edit.field);
    if (!now || now.ref !== edit.ref) return;
    this.settle(now, answer);
  }

  private settle(edit: Edit, answer: Answer): void {
    // Whoever types in the cell again keeps their text; only what it is based on is newer.
    const typesAgain = edit.phase === "typing";
    if (answer.kind === "done") {
      if (typesAgain) this.put({ ...edit, before: edit.sent, base: answer.tips, theirs: null });
      else this.saved(edit, answer.tips);
    } else if (answer.kind === "offline") {
      if (!typesAgain) this.put({ ...edit, phase: "waiting" });
    } else if (answer.kind === "refused") {
      this.put({ ...edit, why: answer.why, phase: typesAgain ? "typing" : "refused" });
    } else if (answer.text === edit.sent && !typesAgain) {
      // The same text, by whomever.
      this.saved(edit, answer.tips);
    } else {
      const theirs = { record: edit.record, field: edit.field, text: answer.text, tips: answer.tips };
      this.put({ ...edit, why: answer.why, theirs, phase: typesAgain ? "typing" : "stale" });
    }
  }

  /** Whoever goes on with it before the page shows it goes on from what was saved. */
  private saved(edit: Edit, tips: readonly string[]): void {
    const saved: Edit = { ...edit, before: edit.sent, base: tips, theirs: null };
    this.edits.set(keyOf(saved), saved);
    this.emit("done", saved);
  }

  private put(edit: Edit): void {
    this.edits.set(keyOf(edit), edit);
    this.say(edit.record, edit.field);
  }

  private say(record: string, field: string): void {
    this.store.write(this.all());
    this.emit("changed", { record, field });
  }
}

function keyOf({ record, field }: { record: string; field: string }): string {
  return `${record} ${field}`;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each) => other.includes(each));
}
