import { ChangeSet, type Transaction } from "@codemirror/state";
import { Disconnected, type Gateway, Refused } from "../gateway";
import { changesBetween, type Field, fromServer } from "./field";

/** At most 30 changes a second are taken (docs/gateway.md, "Commands"); this makes 25. */
const INTERVAL = 40;

/** Shows the others what this person types, batch by batch; each batch is one revision of the field's text. */
export class Broadcast {
  private readonly pending = new Map<Field, ChangeSet>();
  private readonly timers = new Map<Field, number>();

  constructor(private readonly gateway: Gateway) {}

  edited(field: Field, transaction: Transaction): void {
    if (transaction.annotation(fromServer)) return;
    const before = this.pending.get(field);
    this.pending.set(field, before ? before.compose(transaction.changes) : transaction.changes);
    this.soon(field);
  }

  /** A new lock begins, for the others with what is saved: whatever we have beyond that is the first batch. */
  restart(field: Field): void {
    this.pending.delete(field);
    if (!field.isDirty) return;
    const { saved } = field;
    this.pending.set(field, ChangeSet.of(changesBetween(saved, field.text), saved.length, "\n"));
    this.soon(field);
  }

  /** Give what was typed its revision, and send it. */
  flush(field: Field): void {
    window.clearTimeout(this.timers.get(field));
    this.timers.delete(field);
    const changes = this.pending.get(field);
    if (!changes || field.token === null) return;
    this.pending.delete(field);
    field.revision += 1;
    this.gateway
      .request("text.change", { field: field.name, token: field.token, revision: field.revision, changes: changes.toJSON() as unknown[] })
      .catch((error: unknown) => {
        // Nothing is lost by it: who watches asks for the whole text when a revision is missing.
        if (!(error instanceof Disconnected || error instanceof Refused)) throw error;
      });
  }

  private soon(field: Field): void {
    if (this.timers.has(field)) return;
    this.timers.set(field, window.setTimeout(() => this.flush(field), INTERVAL));
  }
}
