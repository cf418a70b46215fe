import { isTyped } from "./grid_data";
import { GridMenus } from "./grid_menus";
import type { Area } from "./places";

/** What the clipboard asks of the grid. */
export abstract class GridClipboard extends GridMenus {
  abstract readonly gridTarget: HTMLElement;

  copy(event: ClipboardEvent): void {
    if (this.isHere) this.sheet.work.copy(event, this.sheet.grid.selection.area);
  }

  cut(event: ClipboardEvent): void {
    if (!this.isHere) return;
    const { area } = this.sheet.grid.selection;
    this.sheet.work.copy(event, area);
    if (this.mayWrite) void this.sheet.work.empty(area);
  }

  paste(event: ClipboardEvent): void {
    const text = event.clipboardData?.getData("text/plain");
    if (!this.isHere || !text) return;
    event.preventDefault();
    if (this.mayWrite) void this.sheet.work.paste(text, this.pasteArea);
    else this.sheet.readOnly();
  }

  /** Pasted where nothing has the focus, as on a page with an empty table: it means the cells. */
  pasteAnywhere(event: ClipboardEvent): void {
    if (document.activeElement && document.activeElement !== document.body) return;
    const text = event.clipboardData?.getData("text/plain");
    if (!text || !this.mayWrite) return;
    event.preventDefault();
    this.sheet.focus();
    void this.sheet.work.paste(text, this.pasteArea);
  }

  /** Where a paste begins: in an empty table at the first column that takes text, as keys come by themselves. */
  private get pasteArea(): Area {
    const { grid } = this.sheet;
    const first = grid.columns.findIndex(isTyped);
    return grid.count === 0 ? { top: 0, bottom: 0, left: first, right: first } : grid.selection.area;
  }

  protected get isHere(): boolean {
    return document.activeElement === this.gridTarget;
  }

  protected get mayWrite(): boolean {
    return this.sheet.grid.data.mayWrite;
  }
}
