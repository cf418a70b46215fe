import type { Gateway } from "../gateway";
import { me } from "../live";
import type { Ephemeral } from "../protocol";
import { firstNameOf } from "../names";
import type { Grid } from "./grid";
import type { Other } from "./painter";

/** Milliseconds after which somebody who says nothing more is not shown in a cell, and between two words of mine. */
const SILENCE = 60_000;
const EVERY = 20_000;

/** Who writes in which cell of this table: what others say, and what this page says of its reader. */
export class Others {
  private readonly known = new Map<string, Other & { until: number }>();
  private said = "";
  private timer = 0;

  constructor(
    private readonly gateway: Gateway,
    private readonly grid: Grid,
    private readonly changed: (others: Other[]) => void,
  ) {}

  take({ name, actor, data }: Ephemeral): void {
    if (name !== "record.at" || actor.id === me) return;
    const { facet, record, field, writes } = data as { facet: string; record: string | null; field: string; writes: boolean };
    if (writes && record && facet === this.grid.data.facet) this.known.set(actor.id, { name: firstNameOf(actor.display_name), record, field, until: Date.now() + SILENCE });
    else this.known.delete(actor.id);
    this.publish();
  }

  /** Who is not here any more writes nowhere. */
  present(ids: Set<string>): void {
    for (const id of this.known.keys()) if (!ids.has(id)) this.known.delete(id);
    this.publish();
  }

  /** The cell that the reader writes in, or an empty record. */
  write(record: string, field: string): void {
    const words = record ? `${record} ${field}` : "";
    if (words === this.said) return;
    this.said = words;
    window.clearInterval(this.timer);
    this.send(record, field);
    if (record) this.timer = window.setInterval(() => this.send(record, field), EVERY);
  }

  private send(record: string, field: string): void {
    const { facet } = this.grid.data;
    // It is shown, and no more: without a line, or where it is too often, nobody misses it.
    this.gateway.request("record.at", { facet, record: record || null, field, writes: record !== "" }).catch(() => undefined);
  }

  private publish(): void {
    const now = Date.now();
    for (const [id, { until }] of this.known) if (until < now) this.known.delete(id);
    this.changed([...this.known.values()]);
  }
}
