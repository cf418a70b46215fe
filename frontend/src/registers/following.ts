import { me } from "../live";
import { firstNameOf } from "../names";
import { authorOf } from "./authors";
import type { Edit } from "./edits";
import type { Grid } from "./grid";
import type { Painter } from "./painter";
import type { RecordsChanged } from "./protocol";
import type { Row } from "./rows";
import type { View } from "./view";

interface Page {
  repaint: () => void;
  /** There are more rows, or fewer. */
  resized: () => void;
  /** Who set the active cell may be somebody else now. */
  askAgain: () => void;
}

/** Has the table show what happened to its records: here, elsewhere, or while the line was broken. */
export class Following {
  constructor(
    private readonly grid: Grid,
    private readonly view: View,
    private readonly painter: Painter,
    private readonly page: Page,
  ) {}

  async changed(event: RecordsChanged): Promise<void> {
    const { data } = event;
    const by = authorOf(event, me, firstNameOf);
    if (data.records === null) await this.reload(by);
    else await this.renew(data.records, by);
    if (data.tables.some((each) => each === this.grid.data.facet || each.startsWith("foundry."))) await this.grid.recount();
    this.view.render();
    this.page.askAgain();
  }

  /** The server has a text: its row shows it as the server has it. */
  async saved(edit: Edit): Promise<void> {
    await this.renew([edit.record], "");
    this.grid.edits.shown(edit);
    this.page.askAgain();
  }

  /** These records, at the places where they are. */
  async renew(records: string[], by: string): Promise<void> {
    try {
      await this.grid.refresh(records, (row, before) => this.welcome(row, before, by));
    } catch {
      // The line is broken: what was missed is asked for when it is there again.
    }
    this.view.render();
    this.page.repaint();
  }

  /** All rows, each at the place that it has by now; whoever is in a record stays in it. */
  async reload(by = ""): Promise<void> {
    const { grid, view } = this;
    const { active } = grid.selection;
    const record = grid.rowAt(active.row)?.record ?? "";
    await this.renew([...view.rendered()].map(([, row]) => row.record), by);
    await grid.recount();
    grid.count = grid.newest;
    grid.selection.fit(grid.shape(1));
    this.page.resized();
    await grid.blocks.renew(...view.window);
    const row = record ? grid.indexOf(record) : -1;
    if (row >= 0 && row !== active.row) grid.selection.to({ row, column: active.column });
    view.render();
    this.page.repaint();
  }

  private welcome(row: Row, before: Row, by: string): void {
    this.painter.welcome(row, before, by);
    this.grid.compare(row, by);
  }
}
