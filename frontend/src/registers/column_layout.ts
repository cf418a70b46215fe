import type { Column, GridData } from "./grid_data";
import { layOut } from "./widths";

/** Bounds of a width in pixels, as Django has them, and what a key changes of it. */
export const MIN_WIDTH = 48;
export const MAX_WIDTH = 1_200;
export const STEP = 24;
/** Letters of most cells from which on a text is long, and the width of its column. */
const LONG_TEXT = 28;
const LONG_WIDTH = 240;
/** Pixels that the pointer moves before a head is dragged. */
const SLACK = 5;
/** Milliseconds after the last key until the address says what it did. */
const SETTLES = 700;
/** A page that comes within so many milliseconds goes on at the place of the one before. */
const GOES_ON = 10_000;
const GOES_ON_AT = "foundry.register_place.";

interface Parts {
  scroller: HTMLElement;
  head: HTMLElement;
  drop: HTMLElement;
}

/** The order and the widths of the columns: changed at once in the page, and then kept in its address. */
export class ColumnLayout {
  private timer = 0;
  private came = 0;

  constructor(
    private readonly parts: Parts,
    private readonly data: GridData,
    /** All rows that are here. */
    private readonly rows: () => Iterable<HTMLElement>,
    /** Columns are elsewhere now. */
    private readonly changed: () => void,
    /** The place that the next page goes on at. */
    private readonly place: () => { row: number; field: string },
  ) {
    this.measure();
    layOut(parts.scroller, data.columns);
  }

  /** Columns of long texts are wider than others, and the longest of them takes what is left. */
  private measure(): void {
    const rows = [...this.rows()];
    const long = this.columns.map((column) => (column.editor === "text" || column.grows ? typical(rows, column.field) : 0));
    const longest = long.indexOf(Math.max(...long));
    if ((long[longest] ?? 0) < LONG_TEXT) return;
    this.columns.forEach((column, at) => {
      column.grows = at === longest;
      if ((long[at] ?? 0) < LONG_TEXT) return;
      column.usual = Math.max(column.usual, LONG_WIDTH);
      if (!column.isSized) column.width = column.usual;
    });
  }

  get columns(): Column[] {
    return this.data.columns;
  }

  /** Where the page before this one was, if this one shows the same table with other columns. */
  goesOn(): { row: number; field: string; top: number; left: number } | null {
    const name = GOES_ON_AT + this.data.facet;
    const kept = JSON.parse(sessionStorage.getItem(name) ?? "null") as { row: number; field: string; top: number; left: number; at: number } | null;
    sessionStorage.removeItem(name);
    this.came = kept?.at ?? 0;
    return kept && Date.now() - kept.at < GOES_ON ? kept : null;
  }

  /** Whether the page has just come in the place of one like it: once more would change nothing. */
  get hasJustCome(): boolean {
    return Date.now() - this.came < GOES_ON / 2;
  }

  /** Move a column by one, by a key. */
  step(at: number, by: -1 | 1): boolean {
    if (!this.canMove(at, at + by)) return false;
    this.move(at, at + by);
    this.settle(SETTLES);
    return true;
  }

  /** Make a column wider by so many pixels, or as wide as it is without anybody's choice. */
  widen(at: number, by: number | null, after = SETTLES): void {
    const column = this.columns[at];
    if (!column) return;
    this.setWidth(column, by === null ? null : this.widthOf(at) + by);
    this.settle(after);
  }

  /** Somebody drags the border of a column. */
  dragWidth(event: PointerEvent, at: number): void {
    const column = this.columns[at];
    if (!column || event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    const from = { x: event.clientX, width: this.widthOf(at) };
    this.drag(
      (move) => this.setWidth(column, from.width + move.clientX - from.x),
      (isDone) => {
        if (isDone && this.widthOf(at) !== from.width) this.settle(0);
        else this.setWidth(column, column.isSized ? from.width : null);
      },
    );
  }

  /** Somebody drags the head of a column; `taken` is called once they do, and then it is no click. */
  dragColumn(event: PointerEvent, at: number, taken: () => void): void {
    if (event.button !== 0 || event.pointerType === "touch" || !this.canMove(at, at)) return;
    let to = -1;
    const { drop } = this.parts;
    this.drag(
      (move) => {
        if (to < 0 && Math.abs(move.clientX - event.clientX) < SLACK) return;
        if (to < 0) taken();
        to = this.placeAt(move.clientX);
        this.mark(to);
      },
      (isDone) => {
        drop.hidden = true;
        // Behind itself and before itself it is where it was.
        const target = to > at ? to - 1 : to;
        if (!isDone || to < 0 || target === at) return;
        this.move(at, target);
        this.settle(0);
      },
    );
  }

  /** Between which columns the pointer is: before the one with this number. */
  private placeAt(x: number): number {
    const first = this.canMove(0, 0) ? 0 : 1;
    for (let at = first; at < this.columns.length; at += 1) {
      const box = this.headOf(at)?.getBoundingClientRect();
      if (box && x < box.left + box.width / 2) return at;
    }
    return this.columns.length;
  }

  private mark(to: number): void {
    const { drop, head } = this.parts;
    const before = this.headOf(to);
    const last = this.headOf(this.columns.length - 1);
    drop.hidden = false;
    drop.style.left = `${(before ? before.offsetLeft : (last?.offsetLeft ?? 0) + (last?.offsetWidth ?? 0)) - 1}px`;
    drop.style.height = `${head.offsetHeight + this.parts.scroller.scrollHeight}px`;
  }

  private headOf(at: number): HTMLElement | null {
    return (this.parts.head.firstElementChild?.children[at + 1] as HTMLElement | undefined) ?? null;
  }

  private widthOf(at: number): number {
    return this.headOf(at)?.offsetWidth ?? this.columns[at]?.width ?? MIN_WIDTH;
  }

  /** The key stays first: it says which record a row is. */
  private canMove(from: number, to: number): boolean {
    const isKey = (at: number) => this.headOf(at)?.dataset["pinned"] === "key";
    return to >= 0 && to < this.columns.length && from < this.columns.length && !isKey(from) && !isKey(to);
  }

  private move(from: number, to: number): void {
    const [column] = this.columns.splice(from, 1);
    if (column) this.columns.splice(to, 0, column);
    for (const row of [this.parts.head.firstElementChild as HTMLElement, ...this.rows()]) {
      const cell = row.children[from + 1];
      if (!cell) continue;
      cell.remove();
      row.insertBefore(cell, row.children[to + 1] ?? null);
      [...row.children].forEach((each, at) => each.setAttribute("aria-colindex", String(at + 1)));
    }
    layOut(this.parts.scroller, this.columns);
    this.changed();
  }

  private setWidth(column: Column, width: number | null): void {
    column.isSized = width !== null;
    column.width = width === null ? column.usual : Math.round(Math.min(Math.max(width, MIN_WIDTH), MAX_WIDTH));
    layOut(this.parts.scroller, this.columns);
    this.changed();
  }

  private drag(moved: (event: PointerEvent) => void, done: (isDone: boolean) => void): void {
    const end = (event: Event) => {
      if (event instanceof KeyboardEvent && event.key !== "Escape") return;
      window.removeEventListener("pointermove", moved);
      for (const name of ["pointerup", "pointercancel"]) window.removeEventListener(name, end);
      window.removeEventListener("keydown", end, true);
      done(event.type === "pointerup");
    };
    window.addEventListener("pointermove", moved);
    for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, end);
    window.addEventListener("keydown", end, true);
  }

  /** The page is loaded again, and goes on where this one is. */
  reload(address = location.href): void {
    const { scroller } = this.parts;
    const kept = { ...this.place(), top: scroller.scrollTop, left: scroller.scrollLeft, at: Date.now() };
    sessionStorage.setItem(GOES_ON_AT + this.data.facet, JSON.stringify(kept));
    location.replace(address);
  }

  /** The address has the columns as they are now. */
  private settle(after: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.reload(this.address()), after);
  }

  private address(): string {
    const query = new URLSearchParams(this.data.kept.filter(([name]) => name !== "columns" && name !== "widths"));
    query.set("columns", this.columns.map(({ field }) => field).join(","));
    const sized = this.columns.filter(({ isSized }) => isSized);
    if (sized.length > 0) query.set("widths", sized.map(({ field, width }) => `${field}~${width}`).join(","));
    return `${this.data.addresses.page}?${query}`;
  }
}

/** The number of letters that three quarters of the cells of a column do not pass. */
function typical(rows: readonly HTMLElement[], field: string): number {
  const lengths = rows.map((row) => row.querySelector<HTMLElement>(`:scope > [data-field="${CSS.escape(field)}"]`)?.dataset["text"]?.length ?? 0);
  return lengths.sort((one, other) => one - other)[Math.floor(lengths.length * 0.75)] ?? 0;
}
