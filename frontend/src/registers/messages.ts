import { part } from "../controllers/live";
import type { Connection } from "../gateway";
import { count, say } from "../texts";
import type { Bars } from "./bars";
import type { Edit } from "./edits";
import type { Grid } from "./grid";
import { cellOf } from "./rows";

/** Words above the sheet about the cells of its reader: what was refused, what met another change, what waits. */
export class Messages {
  private isOffline = false;
  private about: { record: string; field: string } | null = null;

  constructor(
    private readonly grid: Grid,
    private readonly bars: Bars,
  ) {}

  /** The edit that is spoken of: the one at the active cell first. */
  get current(): Edit | undefined {
    return this.about ? this.grid.edits.of(this.about.record, this.about.field) : undefined;
  }

  paint(): void {
    const asking = this.grid.edits.all().filter(({ theirs, phase }) => theirs !== null || phase === "refused" || phase === "kept");
    const { active } = this.grid.selection;
    const row = this.grid.rowAt(active.row);
    const field = this.grid.columns[active.column]?.field;
    const here = asking.find((edit) => edit.record === row?.record && edit.field === field) ?? asking[0];
    this.about = here ? { record: here.record, field: here.field } : null;
    if (here?.theirs) this.bars.show("stale", (bar) => this.stale(bar, here));
    else this.bars.hide("stale");
    const others = asking.length - 1;
    for (const name of ["refused", "kept"] as const) {
      if (here?.phase === name && !here.theirs) {
        this.bars.show(name, (bar) => {
          set(bar, "why", this.nameOf(here), name === "kept" ? here.text : here.why);
          set(bar, "more", others > 0 ? count("registers.more", others) : "");
        });
      } else this.bars.hide(name);
    }
    if (this.isOffline) this.offline();
  }

  private offline(): void {
    this.bars.show("offline", (bar) => {
      const { length } = this.grid.edits.all();
      set(bar, "kept", length > 0 ? count("registers.offline.kept", length) : say("registers.offline.none"));
    });
  }

  /** The rows that come do not fit under the heads of this page. */
  columnsChanged(): void {
    this.bars.show("newer", () => undefined);
  }

  /** What waits, and when the next try is. */
  connection(connection: Connection): void {
    if (connection.phase === "waiting") {
      this.isOffline = true;
      this.offline();
    } else if (connection.phase === "live" || connection.phase === "ended") {
      this.isOffline = false;
      this.bars.hide("offline");
    }
  }

  /** "Priority of REQ-12" */
  private nameOf({ record, field }: Edit): string {
    const row = this.grid.rowAt(this.grid.indexOf(record));
    const column = this.grid.columns.find((each) => each.field === field)?.title ?? field;
    return row ? say("registers.cell.label", { column, record: row.key || String(this.grid.indexOf(record) + 1) }) : column;
  }

  private stale(bar: HTMLElement, edit: Edit): void {
    const who = edit.by ? say("registers.stale.by", { name: edit.by, cell: this.nameOf(edit) }) : say("registers.stale", { cell: this.nameOf(edit) });
    set(bar, "who", who);
    set(bar, "theirs", edit.theirs?.text || "–");
    set(bar, "yours", edit.text || "–");
  }

  /** Whether the cell of the reader's edit is in the page. */
  isShown({ record, field }: Edit): boolean {
    const row = this.grid.rowAt(this.grid.indexOf(record));
    return row !== undefined && cellOf(row, field)?.isConnected === true;
  }
}

function set(bar: HTMLElement, name: string, ...texts: string[]): void {
  const place = part(bar, name);
  const text = texts.join(": ");
  if (place && place.textContent !== text) place.textContent = text;
}
