import { gateway } from "../live";
import { toast } from "../base/controllers/toasts";
import { say } from "../texts";
import { Bars } from "./bars";
import { CellEditor } from "./cell_editor";
import { ColumnLayout } from "./column_layout";
import type { Elements } from "./elements";
import { Filling } from "./filling";
import { Following } from "./following";
import { Footer } from "./footer";
import { Grid } from "./grid";
import { isTyped, type Column } from "./grid_data";
import { Messages } from "./messages";
import { Others } from "./others";
import { ACTIVE, Painter } from "./painter";
import { clamp, type Place } from "./places";
import { RECORDS_CHANGED } from "./protocol";
import { cellOf, factsOf } from "./rows";
import { View } from "./view";
import { Work } from "./work";

/** The table at work: what its parts do together. */
export class Sheet {
  readonly grid: Grid;
  readonly view: View;
  readonly work: Work;
  readonly editor: CellEditor;
  readonly messages: Messages;
  readonly layout: ColumnLayout;
  readonly filling: Filling;
  readonly following: Following;
  private readonly painter: Painter;
  private readonly footer: Footer;
  private readonly others: Others;
  private readonly stops: (() => void)[];

  constructor(private readonly on: Elements) {
    this.grid = new Grid(on.body);
    const { grid } = this;
    this.layout = new ColumnLayout(
      on,
      grid.data,
      () => [...grid.blocks.rows()].map(({ element }) => element),
      () => this.repaint(),
      () => ({ row: grid.selection.active.row, field: grid.columns[grid.selection.active.column]?.field ?? "" }),
    );
    this.painter = new Painter(grid.data, grid.edits, grid.selection);
    const bars = new Bars(on.bars, on.templates);
    this.messages = new Messages(grid, bars);
    this.footer = new Footer(grid, on.cell);
    this.others = new Others(gateway, grid, (others) => {
      this.painter.others = others;
      this.repaint();
    });
    this.editor = new CellEditor(on.overlay, {
      typed: (text) => this.typed(text),
      keep: (rows, columns) => this.keep(rows, columns),
      leave: () => this.leave(),
      box: () => this.box(),
      choicesAddress: grid.data.addresses.choices,
    });
    this.work = new Work(grid, bars, {
      changed: (records) => this.following.renew(records, ""),
      go: (row, column) => {
        this.go({ row, column });
        this.focus();
      },
      refit: () => this.refit(),
      renewAll: () => this.following.reload(),
      ask: on.ask,
      say: (text) => this.announce(text),
    });
    this.view = new View(
      on,
      (index) => grid.rowAt(index),
      () => [grid.selection.active.row, this.editedRow],
      (row, index) => this.painter.paint(row, index),
      (first, last) => this.seen(first, last),
    );
    this.following = new Following(grid, this.view, this.painter, {
      repaint: () => this.repaint(),
      resized: () => this.refit(),
      askAgain: () => this.footer.again(),
    });
    this.filling = new Filling(on, grid, this.view, (area, from) => void this.work.fill(area, from));
    grid.onOtherColumns = () => this.showColumns();
    grid.onArrived = () => this.view.render();
    this.stops = this.listen();
    this.view.resize(grid.count);
    this.selected();
  }

  /** Where the page before this one was, if it showed the same table with other columns. */
  goOn(): void {
    const kept = this.layout.goesOn();
    if (!kept) return;
    this.grid.selection.to(clamp({ row: kept.row, column: Math.max(0, this.columnOf(kept.field)) }, this.grid.shape(1)));
    this.on.scroller.scrollTo(kept.left, kept.top);
    this.focus();
  }

  /** The page is loaded again with the columns that the table has now, unless somebody types in it. */
  private showColumns(): void {
    // A form over the table is about to change its columns, and leads to the table afterwards.
    if (document.querySelector("dialog[open]")) return;
    if (!this.editor.editing && !this.layout.hasJustCome) this.layout.reload();
    else this.messages.columnsChanged();
  }

  columnOf(field: string): number {
    return this.grid.columns.findIndex((each) => each.field === field);
  }

  stop(): void {
    for (const stop of this.stops) stop();
    this.others.stop();
    this.view.destroy();
  }

  go(place: Place, extend = false): void {
    const to = clamp(place, this.grid.shape(1));
    this.grid.selection.to(to, { extend });
    this.view.reveal(to.row, this.grid.cellAt(to));
  }

  /** To a cell that is spoken of, if its row is here. */
  goTo(record: string, field: string): void {
    const row = this.grid.indexOf(record);
    if (row >= 0) this.go({ row, column: Math.max(0, this.columnOf(field)) });
    this.focus();
  }

  focus(): void {
    this.on.grid.focus({ preventScroll: true });
  }

  /** Where a cell is changed that is not typed. */
  private addressOf(record: string, { editor, field }: Column): string {
    const address = this.grid.data.addresses.record.replace("RECORD", record);
    if (editor !== "file" || !this.grid.data.mayWrite) return address;
    return `${address}file/?${new URLSearchParams({ table: this.grid.data.facet, field }).toString()}`;
  }

  /** Open the editor over the active cell, with `text` or with what is there; whether it could be. */
  edit(text?: string): boolean {
    const { active } = this.grid.selection;
    const row = this.grid.rowAt(active.row);
    const column = this.grid.columns[active.column];
    const cell = this.grid.cellAt(active);
    if (!row || !column || !cell) return false;
    if (!isTyped(column)) {
      if (text !== undefined) return this.refuse(say("registers.not_typed"));
      location.assign(this.addressOf(row.record, column));
      return false;
    }
    if (!this.grid.data.mayWrite) return this.readOnly();
    if (row.element.hasAttribute("data-gone")) return this.refuse(say("registers.gone"));
    if (column.editor === "toggle") {
      if (text === undefined) this.toggle();
      return false;
    }
    this.view.reveal(active.row, cell);
    this.grid.selection.to(active);
    const facts = factsOf(row, cell);
    const begun = this.grid.edits.begin(facts, text ?? this.grid.edits.of(row.record, column.field)?.text ?? facts.text);
    const label = say("registers.cell.label", { column: column.title, record: row.key || String(active.row + 1) });
    this.editor.open({ record: row.record, column, label, row: active.row }, begun.text);
    this.others.go(row.record, column.field, true);
    this.filling.place(false);
    return true;
  }

  toggle(): void {
    const { active } = this.grid.selection;
    const row = this.grid.rowAt(active.row);
    const column = this.grid.columns[active.column];
    const cell = this.grid.cellAt(active);
    if (!row || !cell || column?.editor !== "toggle" || !this.grid.data.mayWrite) return;
    const facts = factsOf(row, cell);
    const [yes = "", no = ""] = column.choices.map(({ label }) => label);
    this.grid.edits.begin(facts, facts.text === yes ? no : yes);
    this.grid.edits.keep(row.record, column.field);
  }

  readOnly(): boolean {
    return this.refuse(say("registers.read_only"));
  }

  private refuse(why: string): false {
    this.announce(why);
    toast({ text: why, kind: "info", about: "registers-refused" });
    return false;
  }

  /** Keep what is typed, and go on by so many rows and columns. */
  keep(rows: number, columns: number): void {
    const { editing } = this.editor;
    if (!editing) return;
    this.close();
    this.grid.edits.keep(editing.record, editing.column.field);
    if (rows || columns) this.goBeside(rows, columns);
  }

  leave(): void {
    const { editing } = this.editor;
    if (!editing) return;
    this.close();
    this.grid.edits.drop(editing.record, editing.column.field);
  }

  /** The editor goes; who was in it is in the grid. */
  close(): void {
    const had = this.on.overlay.contains(document.activeElement);
    this.editor.close();
    this.sayPlace();
    if (had) this.focus();
  }

  announce(text: string): void {
    this.on.words.textContent = "";
    this.on.words.textContent = text;
  }

  /** The window has another size: rows are higher on a phone. */
  refit(): void {
    this.on.scroller.toggleAttribute("data-empty", this.grid.count === 0 && this.on.scroller.nextElementSibling?.classList.contains("reg-empty") === true);
    this.on.grid.setAttribute("aria-rowcount", String(this.grid.count + 1));
    this.view.resize(this.grid.count);
    this.editor.follow();
  }

  selected(): void {
    this.view.render();
    this.repaint();
    const isHere = this.grid.cellAt(this.grid.selection.active) !== null;
    if (isHere) this.on.grid.setAttribute("aria-activedescendant", ACTIVE);
    else this.on.grid.removeAttribute("aria-activedescendant");
    this.footer.follow();
    if (!this.editor.editing) this.sayPlace();
  }

  private listen(): (() => void)[] {
    const { grid } = this;
    return [
      grid.selection.on("changed", () => this.selected()),
      grid.edits.on("changed", () => this.repaint()),
      grid.edits.on("done", (edit) => void this.following.saved(edit)),
      gateway.on("connection", (connection) => {
        this.messages.connection(connection);
        grid.edits.connected(connection.phase === "live");
        if (connection.phase === "live") this.others.connected();
      }),
      gateway.events.onAny(RECORDS_CHANGED, (event) => void this.following.changed(event)),
      gateway.on("missed", () => void this.following.reload()),
      gateway.on("ephemeral", (message) => this.others.take(message)),
      gateway.on("present", (present) => this.others.here(present.map(({ user }) => user))),
    ];
  }

  /** The others are shown the cell that the reader is at. */
  private sayPlace(): void {
    const { active } = this.grid.selection;
    this.others.go(this.grid.rowAt(active.row)?.record ?? "", this.grid.columns[active.column]?.field ?? "", false);
  }

  private get editedRow(): number {
    const { editing } = this.editor;
    return editing ? this.grid.indexOf(editing.record) : -1;
  }

  private typed(text: string): void {
    const { editing } = this.editor;
    if (editing) this.grid.edits.type(editing.record, editing.column.field, text);
  }

  /** Behind the last column the next row begins. */
  private goBeside(rows: number, columns: number): void {
    const { row, column } = this.grid.selection.active;
    const next = column + columns;
    const isBehind = next >= this.grid.columns.length && row < this.grid.count - 1;
    if (isBehind) this.go({ row: row + 1, column: this.grid.columns.findIndex(isTyped) });
    else this.go({ row: row + rows, column: next });
  }

  private box(): { top: number; left: number; width: number; height: number } | null {
    const { editing } = this.editor;
    const index = this.editedRow;
    const row = editing && this.grid.rowAt(index);
    const cell = row && cellOf(row, editing.column.field);
    if (!cell?.isConnected) return null;
    const { rowHeight } = this.view;
    return { top: this.on.head.offsetHeight + index * rowHeight, left: cell.offsetLeft, width: cell.offsetWidth, height: rowHeight };
  }

  private repaint(): void {
    for (const [index, row] of this.view.rendered()) this.painter.paint(row, index);
    this.messages.paint();
    this.editor.follow();
    this.filling.place(this.grid.data.mayWrite && !this.editor.editing);
  }

  private seen(first: number, last: number): void {
    this.grid.blocks.need(first, last);
    const [from, until] = this.view.window;
    const { count, newest } = this.grid;
    const total = count.toLocaleString(document.documentElement.lang);
    this.on.range.textContent = count === 0 ? "" : say("registers.range", { first: from + 1, last: until + 1, count: total });
    this.on.more.hidden = newest === count;
    this.editor.follow();
  }
}
