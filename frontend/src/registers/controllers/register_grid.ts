import { instantiate } from "../../controllers/live";
import { gateway } from "../../live";
import { GridClipboard } from "../grid_clipboard";
import { type Act, actOf, type ColumnAct } from "../keys";
import { besides, moved, type Place } from "../places";
import { Sheet } from "../sheet";

/** The grid of a table: what keys, pointer and clipboard ask of it. */
export class RegisterGridController extends GridClipboard {
  static override targets = ["scroller", "grid", "head", "body", "overlay", "bars", "bar", "placeholder", "range", "more", "words", "cell", "tip", "handle", "drop"];
  declare readonly scrollerTarget: HTMLElement;
  declare readonly gridTarget: HTMLElement;
  declare readonly headTarget: HTMLElement;
  declare readonly bodyTarget: HTMLElement;
  declare readonly overlayTarget: HTMLElement;
  declare readonly barsTarget: HTMLElement;
  declare readonly barTargets: HTMLTemplateElement[];
  declare readonly placeholderTarget: HTMLTemplateElement;
  declare readonly rangeTarget: HTMLElement;
  declare readonly moreTarget: HTMLElement;
  declare readonly wordsTarget: HTMLElement;
  declare readonly cellTarget: HTMLElement;
  declare readonly tipTarget: HTMLElement;
  declare readonly handleTarget: HTMLElement;
  declare readonly dropTarget: HTMLElement;
  private pressedRow = -1;

  override connect(): void {
    this.sheet = new Sheet({
      scroller: this.scrollerTarget,
      grid: this.gridTarget,
      head: this.headTarget,
      body: this.bodyTarget,
      overlay: this.overlayTarget,
      bars: this.barsTarget,
      templates: this.barTargets,
      placeholder: () => instantiate(this.placeholderTarget),
      range: this.rangeTarget,
      more: this.moreTarget,
      words: this.wordsTarget,
      cell: this.cellTarget,
      handle: this.handleTarget,
      drop: this.dropTarget,
      ask: this.ask,
    });
    super.connect();
    this.sheet.goOn();
    const sized = () => this.sheet.refit();
    window.addEventListener("resize", sized);
    this.follow(() => this.sheet.stop(), () => window.removeEventListener("resize", sized));
    window.addEventListener("beforeunload", this.leaving);
    this.element.dataset["ready"] = "";
  }

  override disconnect(): void {
    window.removeEventListener("beforeunload", this.leaving);
    super.disconnect();
  }

  key(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || event.target !== this.gridTarget) return;
    const { grid, view } = this.sheet;
    const to = moved(grid.selection.active, event, grid.shape(view.page));
    if (to) {
      event.preventDefault();
      this.sheet.go(to, event.shiftKey);
      return;
    }
    const act = actOf(event);
    if (act === "next" || act === "before") this.beside(event, act === "next" ? 1 : -1);
    else if (act === "overwrite") this.overwrite(event);
    else if (act?.startsWith("column-")) {
      event.preventDefault();
      this.columnAct(act as ColumnAct);
    }
    else if (act) {
      event.preventDefault();
      this.do(act);
    }
  }

  /** By its button, or by its shortcut where no letter is typed in the grid. */
  create(event: Event): void {
    if (event.type.startsWith("shortcut:") && this.isHere) return;
    event.preventDefault();
    void this.sheet.work.create();
  }

  press(event: PointerEvent): void {
    this.pressedRow = -1;
    if (this.pressRow(event)) return;
    const place = this.placeOf(event.target as HTMLElement);
    if (!place || event.button !== 0) return;
    this.sheet.keep(0, 0);
    const { selection } = this.sheet.grid;
    const isThere = this.isHere && selection.isOneCell && isSame(place, selection.active);
    const isTouch = event.pointerType === "touch";
    if (!isTouch) event.preventDefault();
    this.sheet.focus();
    if (isThere && isTouch) this.sheet.edit();
    else this.sheet.go(place, event.shiftKey);
  }

  drag(event: PointerEvent): void {
    if (event.buttons !== 1 || event.pointerType === "touch" || this.sheet.editor.editing || this.sheet.filling.isDragging) return;
    if (this.pressedRow >= 0) {
      const row = this.rowOf(event.target as HTMLElement);
      if (row >= 0) this.sheet.grid.selection.rows(this.pressedRow, row, this.sheet.grid.columns.length);
      return;
    }
    const place = this.placeOf(event.target as HTMLElement);
    const { selection } = this.sheet.grid;
    if (place && !isSame(place, selection.active)) selection.to(place, { extend: true });
  }

  /** The number of a row chooses it, with Shift all rows from what is chosen. */
  private pressRow(event: PointerEvent): boolean {
    const target = event.target as HTMLElement;
    const row = target.closest(".reg-number") ? this.rowOf(target) : -1;
    if (row < 0 || event.button !== 0) return false;
    this.sheet.keep(0, 0);
    const { selection, columns } = this.sheet.grid;
    if (event.pointerType !== "touch") event.preventDefault();
    this.sheet.focus();
    this.pressedRow = event.shiftKey ? selection.area.top : row;
    selection.rows(this.pressedRow, row, columns.length);
    return true;
  }

  twice(event: MouseEvent): void {
    if (this.placeOf(event.target as HTMLElement)) this.sheet.edit();
  }

  /** Why a value does not fit, under its cell. */
  over(event: PointerEvent): void {
    const cell = (event.target as HTMLElement).closest<HTMLElement>("[data-tip]");
    this.tipTarget.hidden = !cell;
    if (!cell) return;
    this.tipTarget.textContent = cell.dataset["tip"] ?? "";
    const box = cell.getBoundingClientRect();
    const around = this.scrollerTarget.getBoundingClientRect();
    this.tipTarget.style.top = `${box.bottom - around.top + this.scrollerTarget.scrollTop + 4}px`;
    this.tipTarget.style.left = `${Math.min(box.left, around.right - this.tipTarget.offsetWidth - 24) - around.left + this.scrollerTarget.scrollLeft}px`;
  }

  /** By its shortcut: the cells have the focus. */
  enter(event: Event): void {
    if (this.isHere) return;
    event.preventDefault();
    this.sheet.focus();
  }

  /** By its shortcut, where no letter is typed in the grid. */
  search(event: Event): void {
    const input = this.element.querySelector<HTMLInputElement>(".reg-search input[type=search]");
    if (this.isHere || !input) return;
    event.preventDefault();
    input.focus();
    input.select();
  }

  focused(): void {
    this.sheet.selected();
  }

  keepMine(): void {
    const { current } = this.sheet.messages;
    if (!current) return;
    if (this.isEdited(current)) this.sheet.close();
    this.sheet.grid.edits.keepMine(current.record, current.field);
    this.sheet.goTo(current.record, current.field);
  }

  takeTheirs(): void {
    this.giveUp();
  }

  dropRefused(): void {
    this.giveUp();
  }

  openRefused(): void {
    const { current } = this.sheet.messages;
    if (!current) return;
    this.sheet.goTo(current.record, current.field);
    this.sheet.edit();
  }

  dismissMistakes(): void {
    this.sheet.work.dismiss();
    this.sheet.focus();
  }

  tryNow(): void {
    gateway.reconnectNow();
  }

  showColumns(): void {
    this.sheet.layout.reload();
  }

  showMore(): void {
    void this.sheet.following.reload();
  }

  private beside(event: KeyboardEvent, step: 1 | -1): void {
    const { grid } = this.sheet;
    const to = besides(grid.selection.active, step, grid.shape(1));
    if (!to) return;
    event.preventDefault();
    this.sheet.go(to);
  }

  /** A letter is not prevented: it is typed into the editor that is opened here. */
  private overwrite(event: KeyboardEvent): void {
    if (this.sheet.grid.count === 0) {
      event.preventDefault();
      if (this.mayWrite && event.key !== "Backspace") void this.sheet.work.create();
      return;
    }
    if (!this.sheet.edit("") || event.key === "Backspace") event.preventDefault();
  }

  private do(act: Act): void {
    const { grid, work } = this.sheet;
    const { selection, columns, count } = grid;
    const { row } = selection.active;
    const right = columns.length - 1;
    if (act === "edit") this.sheet.edit();
    else if (act === "all") selection.cover({ top: 0, left: 0, bottom: count - 1, right });
    else if (act === "row") selection.cover({ top: row, left: 0, bottom: row, right });
    else if (act === "leave") selection.to(selection.active);
    else if (!this.mayWrite) this.sheet.readOnly();
    else if (act === "toggle") this.sheet.toggle();
    else if (act === "undo" || act === "redo") void work.undo(act === "redo");
    else if (act === "new") void work.create();
    else if (count === 0) return;
    else if (act === "empty") void work.empty(selection.area);
    else if (act === "remove") void work.remove(selection.area);
    else if (act === "fill") void work.fill(selection.area);
  }

  private giveUp(): void {
    const { current } = this.sheet.messages;
    if (!current) return;
    if (this.isEdited(current)) this.sheet.close();
    this.sheet.grid.edits.drop(current.record, current.field);
    this.sheet.goTo(current.record, current.field);
  }

  private isEdited({ record, field }: { record: string; field: string }): boolean {
    const { editing } = this.sheet.editor;
    return editing?.record === record && editing.column.field === field;
  }

  private rowOf(element: HTMLElement): number {
    const record = element.closest<HTMLElement>("[data-record]")?.dataset["record"];
    return record ? this.sheet.grid.indexOf(record) : -1;
  }

  private placeOf(element: HTMLElement): Place | null {
    const cell = element.closest<HTMLElement>("[data-field]");
    const record = cell?.closest<HTMLElement>("[data-record]")?.dataset["record"];
    if (!cell || !record || element.closest("a")) return null;
    const { grid } = this.sheet;
    return { row: grid.indexOf(record), column: grid.columns.findIndex(({ field }) => field === cell.dataset["field"]) };
  }

  private readonly leaving = (event: BeforeUnloadEvent): void => {
    if (this.sheet.grid.edits.unsent > 0) event.preventDefault();
  };
}

function isSame(one: Place, other: Place): boolean {
  return one.row === other.row && one.column === other.column;
}
