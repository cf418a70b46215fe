/**
 * The rows of a table by their number, fetched in blocks of 100 as somebody comes near. Blocks far from where they are
 * are let go of; what is shown meanwhile is a placeholder.
 */

export const BLOCK = 100;
/** So many blocks are kept. */
const KEPT = 30;
/** Milliseconds until a block that did not come is asked for again. */
const RETRY = 2_000;

/** Fetches rows `offset` and following, at most `limit`. Rejects where nobody answers. */
export type Fetch<Row> = (offset: number, limit: number) => Promise<Row[]>;

export class Blocks<Row> {
  private readonly blocks = new Map<number, Row[]>();
  private readonly asked = new Map<number, number>();
  private readonly failed = new Map<number, number>();
  private generation = 0;

  constructor(
    private readonly fetch: Fetch<Row>,
    private readonly arrived: () => void,
    private readonly now: () => number = Date.now,
  ) {}

  /** Rows that the page came with. */
  begin(rows: Row[], offset = 0): void {
    for (let at = 0; at < rows.length; at += BLOCK) this.blocks.set((offset + at) / BLOCK, rows.slice(at, at + BLOCK));
  }

  at(index: number): Row | undefined {
    return this.blocks.get(Math.floor(index / BLOCK))?.[index % BLOCK];
  }

  /** The number of a row, if it is here. */
  find(matches: (row: Row) => boolean): number {
    for (const [number, rows] of this.blocks) {
      const at = rows.findIndex(matches);
      if (at >= 0) return number * BLOCK + at;
    }
    return -1;
  }

  replace(index: number, row: Row): void {
    const rows = this.blocks.get(Math.floor(index / BLOCK));
    if (rows) rows[index % BLOCK] = row;
  }

  /** A row behind the last one, `count` so far. */
  append(count: number, row: Row): void {
    const number = Math.floor(count / BLOCK);
    const rows = this.blocks.get(number) ?? (count % BLOCK === 0 ? [] : undefined);
    if (!rows) return;
    rows[count % BLOCK] = row;
    this.blocks.set(number, rows);
  }

  /** All rows that are here. */
  *rows(): Generator<Row> {
    for (const rows of this.blocks.values()) yield* rows;
  }

  /** Somebody sees rows `first` to `last`: ask for what is missing. */
  need(first: number, last: number): void {
    for (let number = Math.floor(first / BLOCK); number <= Math.floor(last / BLOCK); number += 1) void this.load(number);
    this.letGo(Math.floor((first + last) / 2 / BLOCK));
  }

  /** All rows from `first` to `last`, once they are here. Rejects where one does not come. */
  async range(first: number, last: number): Promise<Row[]> {
    const found: Row[] = [];
    for (let number = Math.floor(first / BLOCK); number <= Math.floor(last / BLOCK); number += 1) {
      const rows = this.blocks.get(number) ?? (await this.fetch(number * BLOCK, BLOCK));
      const begin = number * BLOCK;
      found.push(...rows.slice(Math.max(0, first - begin), last - begin + 1));
    }
    return found;
  }

  /** What is here may be old: it stays until it is fetched again, when somebody sees it. */
  async renew(first: number, last: number): Promise<void> {
    this.generation += 1;
    const near = new Set<number>();
    for (let number = Math.floor(first / BLOCK); number <= Math.floor(last / BLOCK); number += 1) near.add(number);
    for (const number of [...this.blocks.keys()]) if (!near.has(number)) this.blocks.delete(number);
    this.asked.clear();
    this.failed.clear();
    await Promise.all([...near].map((number) => this.load(number, true)));
  }

  private async load(number: number, isAgain = false): Promise<void> {
    if (this.asked.has(number) || (this.blocks.has(number) && !isAgain)) return;
    if ((this.failed.get(number) ?? 0) > this.now()) return;
    const generation = this.generation;
    this.asked.set(number, generation);
    try {
      const rows = await this.fetch(number * BLOCK, BLOCK);
      if (generation !== this.generation) return;
      this.blocks.set(number, rows);
      this.failed.delete(number);
    } catch {
      this.failed.set(number, this.now() + RETRY);
    } finally {
      if (this.asked.get(number) === generation) this.asked.delete(number);
    }
    this.arrived();
  }

  private letGo(near: number): void {
    if (this.blocks.size <= KEPT) return;
    const far = [...this.blocks.keys()].sort((one, other) => Math.abs(other - near) - Math.abs(one - near));
    for (const number of far.slice(0, this.blocks.size - KEPT)) this.blocks.delete(number);
  }
}
