import { gateway, me } from "../live";
import { Blocks } from "./blocks";
import { Edits } from "./edits";
import { type Column, type GridData, readGridData } from "./grid_data";
import { KeptEdits } from "./kept_edits";
import type { Place, Shape } from "./places";
import { cellOf, factsOf, fetchRows, OtherColumns, type Row, rowsIn } from "./rows";
import { Selection } from "./selection";
import { Server } from "./server";

/** Records of one question: more would not fit into an address. */
export const MAX_ASKED = 40;

/** The table of the page: its rows, where somebody is, and what they typed. */
export class Grid {
  readonly data: GridData = readGridData();
  readonly selection = new Selection();
  readonly server: Server;
  readonly edits: Edits;
  readonly blocks: Blocks<Row>;
  count: number;
  /** How many records the query has by now; more than `count` where rows were made elsewhere. */
  newest: number;
  /** Rows were fetched. */
  onArrived: () => void = () => undefined;
  /** The columns of the table are other ones now than those of the page. */
  onOtherColumns: () => void = () => undefined;

  constructor(body: HTMLElement) {
    this.count = this.newest = this.data.count;
    this.server = new Server(gateway, this.data);
    const kept = new KeptEdits(this.data.project, this.data.facet, me);
    this.edits = new Edits((edit) => this.server.set(edit), kept, () => crypto.randomUUID());
    kept.recover((edits) => this.edits.recover(edits));
    this.blocks = new Blocks<Row>((offset, limit) => this.fetchBlock(offset, limit), () => this.onArrived());
    const present = rowsIn(body);
    for (const { element } of present) element.remove();
    this.blocks.begin(present);
  }

  get columns(): Column[] {
    return this.data.columns;
  }

  rowAt(index: number): Row | undefined {
    return this.blocks.at(index);
  }

  cellAt({ row, column }: Place): HTMLElement | null {
    const found = this.rowAt(row);
    const field = this.columns[column]?.field;
    return found && field !== undefined ? cellOf(found, field) : null;
  }

  indexOf(record: string): number {
    return this.blocks.find((row) => row.record === record);
  }

  shape(page: number): Shape {
    return { rows: this.count, columns: this.columns.length, page };
  }

  /** The same rows, as they are now; those of records that were deleted say so. `welcome` sees each before it takes the place of the old one. */
  async refresh(records: string[], welcome: (row: Row, before: Row) => void): Promise<void> {
    const wanted = records.filter((record) => this.indexOf(record) >= 0);
    if (wanted.length === 0) return;
    const found = await this.named(wanted);
    const gone = new Set(wanted);
    for (const row of found) {
      gone.delete(row.record);
      const index = this.indexOf(row.record);
      const before = this.rowAt(index);
      if (before) {
        welcome(row, before);
        this.blocks.replace(index, row);
      }
    }
    for (const record of gone) this.rowAt(this.indexOf(record))?.element.toggleAttribute("data-gone", true);
  }

  /**
   * Records that were made here are the last rows, wherever their places are when the page is loaded again; very many are
   * at their places at once. Answers with the number of the first.
   */
  async append(records: string[]): Promise<number> {
    const first = this.count;
    if (records.length > MAX_ASKED) {
      await this.recount();
      this.count = this.newest;
      return first;
    }
    const rows = await this.named(records);
    for (const record of records) {
      const row = rows.find((each) => each.record === record);
      if (!row || this.indexOf(record) >= 0) continue;
      this.blocks.append(this.count, row);
      this.count += 1;
    }
    this.newest = Math.max(this.newest, this.count);
    return first;
  }

  /** Ask how many records the query has by now. */
  async recount(): Promise<void> {
    try {
      const { count } = await this.fetch([["limit", "0"]]);
      this.newest = count;
    } catch {
      // Asked again with the next change.
    }
  }

  /** What cells of fetched rows hold now, for what is typed in them. */
  compare(row: Row, by: string): void {
    for (const { record, field } of this.edits.all()) {
      const cell = record === row.record ? cellOf(row, field) : null;
      if (cell) this.edits.arrived(factsOf(row, cell), by);
    }
  }

  /** These records, as they are now. */
  private async named(records: string[]): Promise<Row[]> {
    const found: Row[] = [];
    for (let at = 0; at < records.length; at += MAX_ASKED) {
      const wanted = records.slice(at, at + MAX_ASKED).map((record): [string, string] => ["record", record]);
      found.push(...(await this.fetch(wanted)).rows);
    }
    return found;
  }

  private async fetchBlock(offset: number, limit: number): Promise<Row[]> {
    const { rows, count } = await this.fetch([["offset", String(offset)], ["limit", String(limit)]]);
    this.newest = count;
    for (const row of rows) this.compare(row, "");
    return rows;
  }

  private async fetch(parameters: [string, string][]): Promise<{ rows: Row[]; count: number }> {
    try {
      return await fetchRows(this.data.addresses.rows, parameters, this.data.columns.map(({ field }) => field));
    } catch (error) {
      if (error instanceof OtherColumns) this.onOtherColumns();
      throw error;
    }
  }
}
