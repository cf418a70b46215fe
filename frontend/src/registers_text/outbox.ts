import * as Y from "yjs";
import { base64Of } from "../base64";
import type { KeptHere } from "../kept_here";
import type { Problem } from "../protocol";
import { Disconnected, Refused } from "../requests";
import type { KeptTyping } from "./kept_typing";

/** Milliseconds without a key after which what was typed is written, and at most. */
const PAUSE = 600;
const LONGEST = 3_000;
const RETRY = 2_000;
/** Bytes of one message; the server takes 256 KiB. */
const MOST = 128 * 1024;

interface OutboxHooks {
  mayGo(): boolean;
  /** The text that the server has, and the one that is here. */
  texts(): { base: string; own: string };
  write(writer: number, update: Uint8Array): Promise<void>;
  /** Something waits, or does not any more. */
  changed(): void;
  sent(): void;
  allSent(): void;
  /** The server answers that it takes this never. */
  refused(problem: Problem): void;
}

/** What was typed here and is not acknowledged: kept in this browser, written after each pause, one message at a time. */
export class Outbox {
  /** The client id that it is typed under. */
  writer: number | null = null;
  private pending: Uint8Array[] = [];
  private sending: Uint8Array | null = null;
  private typedAt = 0;
  private timer = 0;

  constructor(
    private readonly kept: KeptHere<KeptTyping>,
    private readonly hooks: OutboxHooks,
  ) {}

  get isEmpty(): boolean {
    return this.pending.length === 0 && this.sending === null;
  }

  add(update: Uint8Array): void {
    const now = Date.now();
    if (this.isEmpty) this.typedAt = now;
    this.pending.push(update);
    this.keep();
    this.wait(Math.max(0, Math.min(PAUSE, this.typedAt + LONGEST - now)));
    this.hooks.changed();
  }

  /** Write now what waits for a pause. */
  flush(): void {
    window.clearTimeout(this.timer);
    void this.send();
  }

  /** All of it is in another document now, or not wanted. */
  clear(): void {
    this.pending = [];
    this.sending = null;
    if (this.writer !== null) this.kept.remove(this.writer);
  }

  private wait(milliseconds: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.send(), milliseconds);
  }

  private keep(): void {
    if (this.writer === null) return;
    const waiting = this.sending ? [this.sending, ...this.pending] : this.pending;
    if (waiting.length === 0) this.kept.remove(this.writer);
    else this.kept.keep(this.writer, { update: base64Of(Y.mergeUpdates(waiting)), ...this.hooks.texts() });
  }

  private async send(): Promise<void> {
    const { writer, pending } = this;
    if (this.sending || pending.length === 0 || writer === null || !this.hooks.mayGo()) return;
    const update = Y.mergeUpdates(pending.splice(0, countUpTo(pending, MOST)));
    this.sending = update;
    try {
      await this.hooks.write(writer, update);
      this.sent(update);
    } catch (error) {
      this.notSent(update, error);
    }
  }

  private sent(update: Uint8Array): void {
    this.hooks.sent();
    if (this.sending !== update) return;
    this.sending = null;
    this.typedAt = Date.now();
    if (this.isEmpty) this.hooks.allSent();
    this.keep();
    this.hooks.changed();
    if (!this.isEmpty) this.wait(PAUSE);
  }

  private notSent(update: Uint8Array, error: unknown): void {
    if (this.sending === update) {
      this.sending = null;
      this.pending.unshift(update);
    }
    this.hooks.changed();
    if (error instanceof Disconnected) this.wait(RETRY);
    else if (!(error instanceof Refused)) throw error;
    else if (error.problem.status === 503 || error.problem.status === 429) this.wait(RETRY);
    else this.hooks.refused(error.problem);
  }
}

/** How many updates, at least one, have so many bytes together. */
function countUpTo(updates: readonly Uint8Array[], bytes: number): number {
  let [count, size] = [0, 0];
  while (count < updates.length && (count === 0 || size + updates[count]!.length <= bytes)) size += updates[count++]!.length;
  return count;
}
