import { LiveController, part } from "../controllers/live";
import { count } from "../texts";
import { ContextMenu } from "./context_menu";
import { STEP } from "./column_layout";
import type { ColumnAct } from "./keys";
import type { Question } from "./protocol";
import type { Sheet } from "./sheet";

/** What is done to whole rows and columns: by their heads, by the menus there, and by dragging. */
export abstract class GridMenus extends LiveController {
  static override targets = ["menu", "question"];
  declare readonly menuTargets: HTMLElement[];
  declare readonly questionTarget: HTMLDialogElement;
  protected sheet!: Sheet;
  private menus!: ContextMenu;
  /** The column whose head was pressed or has the menu; else that of the active cell. */
  private column = -1;
  private isDragged = false;

  override connect(): void {
    this.menus = new ContextMenu(this.menuTargets, () => this.sheet.focus());
    this.follow(() => this.menus.stop());
  }

  menu(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    const head = target.closest<HTMLElement>("[data-head]");
    const isKey = event.button !== 2 || (event.clientX === 0 && event.clientY === 0);
    if (target.closest("a.reg-key, a.reg-chip") && !isKey) return;
    if (head) this.menuOfColumn(event, head);
    else if (isKey || target.closest("[data-record]")) this.menuOfRows(event, isKey);
  }

  openRecord(): void {
    const row = this.sheet.grid.rowAt(this.sheet.grid.selection.active.row);
    if (row) location.assign(this.sheet.grid.data.addresses.record.replace("RECORD", row.record));
  }

  deleteRows(): void {
    this.sheet.focus();
    void this.sheet.work.remove(this.sheet.grid.selection.area);
  }

  fillDown(): void {
    this.sheet.focus();
    void this.sheet.work.fill(this.sheet.grid.selection.area);
  }

  fillBegin(event: PointerEvent): void {
    this.sheet.filling.begin(event);
  }

  columnLeft(): void {
    this.onColumn("column-left");
  }

  columnRight(): void {
    this.onColumn("column-right");
  }

  columnWider(): void {
    this.onColumn("column-wider");
  }

  columnNarrower(): void {
    this.onColumn("column-narrower");
  }

  columnUsual(): void {
    this.sheet.layout.widen(this.column, null, 0);
  }

  size(event: PointerEvent): void {
    this.sheet.layout.dragWidth(event, this.columnAt(event));
  }

  usualSize(event: Event): void {
    this.sheet.layout.widen(this.columnAt(event), null, 0);
  }

  headPress(event: PointerEvent): void {
    this.isDragged = false;
    if ((event.target as HTMLElement).closest(".reg-size")) return;
    this.sheet.layout.dragColumn(event, this.columnAt(event), () => {
      this.isDragged = true;
    });
  }

  /** A head that was dragged sorts nothing, and neither does its border. */
  headClick(event: Event): void {
    if (this.isDragged || (event.target as HTMLElement).closest(".reg-size")) event.preventDefault();
  }

  stay(event: Event): void {
    event.preventDefault();
  }

  protected ask = ({ title, text, act, isDanger }: Question): Promise<boolean> => {
    const dialog = this.questionTarget;
    const write = (name: string, words: string) => {
      const place = part(dialog, name);
      if (place) place.textContent = words;
    };
    write("title", title);
    write("text", text);
    write("act", act);
    part(dialog, "act")?.classList.toggle("btn-danger", isDanger === true);
    part(dialog, "act")?.classList.toggle("btn-primary", isDanger !== true);
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => {
        this.sheet.focus();
        resolve(dialog.returnValue === "yes");
      }, { once: true });
    });
  };

  /** By a key, on the column that somebody is in. */
  protected columnAct(act: ColumnAct): void {
    this.column = this.sheet.grid.selection.active.column;
    this.onColumn(act);
  }

  private onColumn(act: ColumnAct): void {
    const { layout, grid } = this.sheet;
    if (act === "column-wider" || act === "column-narrower") {
      layout.widen(this.column, act === "column-wider" ? STEP : -STEP);
      return;
    }
    const by = act === "column-left" ? -1 : 1;
    const { active } = grid.selection;
    if (!layout.step(this.column, by)) return;
    if (active.column === this.column) grid.selection.to({ row: active.row, column: this.column + by });
    this.column += by;
  }

  private columnAt(event: Event): number {
    const head = (event.target as HTMLElement).closest<HTMLElement>("[data-head]");
    return this.sheet.columnOf(head?.dataset["head"] ?? "");
  }

  private menuOfColumn(event: MouseEvent, head: HTMLElement): void {
    event.preventDefault();
    this.column = this.sheet.columnOf(head.dataset["head"] ?? "");
    const menu = this.menus.show("column", { x: event.clientX, y: event.clientY });
    const change = menu && part(menu, "change");
    if (!change) return;
    const field = head.dataset["head"] ?? "";
    // Links of a relation are no column of the table's own.
    change.hidden = field.startsWith(":");
    change.setAttribute("href", `${this.sheet.grid.data.addresses.table}columns/${encodeURIComponent(field)}/change/${location.search}`);
  }

  private menuOfRows(event: MouseEvent, isKey: boolean): void {
    const { grid } = this.sheet;
    const element = (event.target as HTMLElement).closest<HTMLElement>("[data-record]");
    const row = element ? grid.indexOf(element.dataset["record"] ?? "") : grid.selection.active.row;
    const cell = isKey ? grid.cellAt(grid.selection.active) : null;
    if (row < 0 || grid.count === 0) return;
    event.preventDefault();
    const { area } = grid.selection;
    if (row < area.top || row > area.bottom) {
      const field = (event.target as HTMLElement).closest<HTMLElement>("[data-field]")?.dataset["field"] ?? "";
      this.sheet.go({ row, column: Math.max(0, this.sheet.columnOf(field)) });
    }
    const box = cell?.getBoundingClientRect();
    const menu = this.menus.show("rows", box ? { x: box.left, y: box.bottom } : { x: event.clientX, y: event.clientY });
    const words = menu && part(menu, "delete");
    const { top, bottom } = grid.selection.area;
    if (words) words.textContent = count("registers.delete", bottom - top + 1);
  }
}
