import { toast } from "../base/controllers/toasts";
import type { Problem } from "../protocol";
import { Disconnected, Refused } from "../requests";
import { say, count } from "../texts";
import type { Bars } from "./bars";
import { describe, isNothing, type Paste, type PastedRow, plan, planFill, textOf } from "./clipboard";
import { type Grid, MAX_ASKED } from "./grid";
import { isTyped, type Column } from "./grid_data";
import type { Area } from "./places";
import { cellOf, factsOf, type Row } from "./rows";
import type { Question } from "./protocol";
import { mistakesOf } from "./server";

/** Of more, those that are seen are read again. */
const MAX_CHANGED = 200;

interface Page {
  /** These records are other ones now, through this page. */
  changed: (records: string[]) => Promise<void>;
  /** Go to a row and a column. */
  go: (row: number, column: number) => void;
  refit: () => void;
  /** Many rows are other ones. */
  renewAll: () => Promise<void>;
  /** Ask before something is done. */
  ask: (question: Question) => Promise<boolean>;
  say: (text: string) => void;
}

/** What is done to many cells at once, or to none: paste, empty, undo, a new record. Each is one write, or none. */
export class Work {
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly grid: Grid,
    private readonly bars: Bars,
    private readonly page: Page,
  ) {}

  /** Put the text of an area on the clipboard; whether it could be taken from rows that are here. */
  copy(event: ClipboardEvent, area: Area): void {
    const text = textOf(area, this.grid.data, this.grid.blocks);
    event.preventDefault();
    const note = () => this.page.say(count("registers.copied", (area.bottom - area.top + 1) * (area.right - area.left + 1)));
    if (typeof text === "string") {
      event.clipboardData?.setData("text/plain", text);
      note();
      return;
    }
    const item = new ClipboardItem({ "text/plain": text.then((all) => new Blob([all], { type: "text/plain" })) });
    navigator.clipboard.write([item]).then(note, () => toast({ text: say("registers.copy.failed"), kind: "failed" }));
  }

  async paste(text: string, area: Area): Promise<void> {
    await this.once(async () => {
      const paste = await plan(text, area, this.grid.data, this.grid.blocks, this.grid.count);
      if (paste.lost > 0 && !(await this.page.ask(questionOfLost(paste)))) return;
      if (paste.rekeyed > 0 && !(await this.page.ask(questionOfKeys(paste.rekeyed)))) return;
      await this.write(paste, describe(paste));
    });
  }

  /** Empty cells are written as well: nothing is wiped without a trace. */
  async empty(area: Area): Promise<void> {
    await this.once(async () => {
      const { blocks, columns } = this.grid;
      const rows = await blocks.range(area.top, area.bottom);
      const fields = columns.slice(area.left, area.right + 1).filter(isTyped);
      const emptied = rows.map((row) => emptiedRow(row, fields));
      const changed = emptied.reduce((sum, { values }) => sum + Object.keys(values).length, 0);
      await this.write({ rows: emptied, area, lost: 0, rekeyed: 0, hasHeadings: false, unknown: [] }, changed > 0 ? count("registers.emptied", changed) : say("registers.pasted.nothing"));
    });
  }

  async create(): Promise<void> {
    await this.once(async () => {
      const { record } = await this.grid.server.create();
      const row = await this.grid.append([record]);
      this.page.refit();
      const column = this.grid.columns.findIndex(isTyped);
      this.page.go(row, Math.max(0, column));
    });
  }

  /** Delete the records of an area. */
  async remove(area: Area): Promise<void> {
    await this.once(async () => {
      const records = (await this.grid.blocks.range(area.top, area.bottom)).map(({ record }) => record);
      if (records.length === 0) return;
      let done = await this.grid.server.remove(records, false);
      if (done.question) {
        if (!(await this.page.ask(done.question))) return;
        done = await this.grid.server.remove(records, true);
      }
      this.grid.edits.dropAll(new Set(records));
      await this.page.renewAll();
      this.grid.selection.to(this.grid.selection.active);
      toast({ text: count("registers.deleted", done.deleted), about: "registers-paste" });
    });
  }

  /** The first rows of an area into those below; of a single row, the one above it into it. */
  async fill(area: Area, from = 1): Promise<void> {
    const isOne = area.top === area.bottom;
    if (isOne && area.top === 0) return;
    await this.once(async () => {
      const plan = await planFill(isOne ? { ...area, top: area.top - 1 } : area, from, this.grid.data, this.grid.blocks);
      await this.write({ ...plan, area }, describe(plan));
    });
  }

  async undo(isRedo = false): Promise<void> {
    await this.once(async () => {
      const { server } = this.grid;
      const takeBack = (anywhere: boolean) => (isRedo ? server.redo(anywhere) : server.undo(anywhere));
      let done = await takeBack(false);
      if (done.question) {
        if (!(await this.page.ask(done.question))) return;
        done = await takeBack(true);
      }
      const { message, records } = done;
      toast({ text: message, about: "registers-undo" });
      if (records) await this.page.changed(records);
      else await this.page.renewAll();
    });
  }

  /** What was wrong was read. */
  dismiss(): void {
    this.bars.hide("mistakes");
  }

  private async write(paste: Paste, done: string): Promise<void> {
    if (isNothing(paste)) {
      this.page.say(done);
      return;
    }
    const { area } = this.grid.selection;
    const { created, changed } = await this.grid.server.paste(paste.rows);
    this.bars.hide("mistakes");
    if (changed.length > MAX_CHANGED) await this.page.renewAll();
    else await this.page.changed(changed);
    if (created.length > 0) {
      await this.grid.append(created);
      this.page.refit();
      if (created.length > MAX_ASKED) await this.page.renewAll();
    }
    const { top, left, right, bottom } = paste.area;
    // Whoever has gone on meanwhile stays where they are.
    if (isSame(area, this.grid.selection.area)) this.grid.selection.cover({ top, left, right: Math.min(right, this.grid.columns.length - 1), bottom: Math.min(bottom, this.grid.count - 1) });
    toast({ text: done, about: "registers-paste" });
  }

  /** One after the other; a refusal is shown with what is wrong. */
  private once(work: () => Promise<void>): Promise<void> {
    this.last = this.last.then(work).catch((error: unknown) => this.failed(error));
    return this.last;
  }

  private failed(error: unknown): void {
    if (error instanceof Refused) this.refused(error.problem);
    else if (error instanceof Disconnected || error instanceof TypeError) toast({ text: say("registers.offline.not_done"), kind: "failed", about: "registers-paste" });
    else if (error instanceof Error && /^\d+$/.test(error.message)) toast({ text: say("registers.refused"), kind: "failed" });
    else throw error;
  }

  private refused(problem: Problem): void {
    const mistakes = mistakesOf(problem, this.grid.columns);
    if (mistakes.length > 0) this.bars.mistakes(mistakes, problem.detail);
    else toast({ text: problem.detail || say("registers.refused"), kind: "failed", about: "registers-paste" });
  }
}

function isSame(one: Area, other: Area): boolean {
  return one.top === other.top && one.left === other.left && one.bottom === other.bottom && one.right === other.right;
}

/** What is asked before a paste that would leave values out, or give records other keys. */
function questionOfLost({ lost, unknown }: Paste): Question {
  const text = unknown.length > 0 ? say("registers.ask.lost.unknown", { names: unknown.join(", ") }) : say("registers.ask.lost.text");
  return { title: count("registers.ask.lost", lost), text, act: say("registers.ask.lost.act") };
}

function questionOfKeys(n: number): Question {
  return { title: count("registers.ask.rekeyed", n), text: say("registers.ask.rekeyed.text"), act: say("registers.ask.rekeyed.act") };
}

function emptiedRow(row: Row, fields: Column[]): PastedRow {
  const emptied: PastedRow = { record: row.record, values: {}, bases: {} };
  for (const { field } of fields) {
    const cell = cellOf(row, field);
    const facts = cell && factsOf(row, cell);
    if (!facts || facts.text === "") continue;
    emptied.values[field] = "";
    emptied.bases[field] = facts.tips;
  }
  return emptied;
}
