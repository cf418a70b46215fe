import type { Gateway } from "../gateway";
import { me } from "../live";
import type { Ephemeral, Person } from "../protocol";
import type { Grid } from "./grid";
import type { Other } from "./painter";

/** Milliseconds after which somebody who says nothing more is not shown in a cell, and between two words of mine. */
const SILENCE = 60_000;
const EVERY = 20_000;
/** Milliseconds that the reader stays at a cell, before the others are shown it. */
const STAYS = 200;

/** Who is or writes in which cell of this table: what others say, and what this page says of its reader. */
export class Others {
  private readonly known = new Map<string, Other & { until: number }>();
  private present = new Set<string>();
  private at = { record: "", field: "", writes: false };
  private said = "";
  private readonly timer: number;
  private soon = 0;

  constructor(
    private readonly gateway: Gateway,
    private readonly grid: Grid,
    private readonly changed: (others: Other[]) => void,
  ) {
    this.timer = window.setInterval(() => this.again(), EVERY);
  }

  take({ name, actor, data }: Ephemeral): void {
    if (name !== "record.at" || actor.id === me) return;
    const { facet, record, field, writes } = data as { facet: string; record: string | null; field: string; writes: boolean };
    if (record && facet === this.grid.data.facet) this.known.set(actor.id, { person: actor, record, field, writes, until: Date.now() + SILENCE });
    else this.known.delete(actor.id);
    this.publish();
  }

  /** Who is not here any more is in no cell; who has just come is shown where the reader is. */
  here(people: Person[]): void {
    const ids = new Set(people.map(({ id }) => id));
    for (const id of this.known.keys()) if (!ids.has(id)) this.known.delete(id);
    if ([...ids].some((id) => id !== me && !this.present.has(id))) this.say(true);
    this.present = ids;
    this.publish();
  }

  /** The cell that the reader is at, and whether they write there. */
  go(record: string, field: string, writes: boolean): void {
    this.at = { record, field, writes };
    window.clearTimeout(this.soon);
    if (writes) this.say();
    else this.soon = window.setTimeout(() => this.say(), STAYS);
  }

  /** There is a line, or another one. */
  connected(): void {
    this.say(true);
  }

  stop(): void {
    window.clearInterval(this.timer);
    window.clearTimeout(this.soon);
  }

  private again(): void {
    if (!document.hidden) this.say(true);
    this.publish();
  }

  private say(isAgain = false): void {
    const { record, field, writes } = this.at;
    const words = `${record} ${field} ${writes}`;
    if (!this.gateway.isLive || (words === this.said && !isAgain)) return;
    this.said = words;
    const { facet, place } = this.grid.data;
    // It is shown, and no more: without a line, or where it is too often, nobody misses it.
    this.gateway.request("record.at", { place, facet, record: record || null, field, writes }).catch(() => undefined);
  }

  private publish(): void {
    const now = Date.now();
    for (const [id, { until }] of this.known) if (until < now) this.known.delete(id);
    this.changed([...this.known.values()]);
  }
}
