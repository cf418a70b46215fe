import * as Y from "yjs";
import type { KeptWriting } from "./kept";
import type { Problem } from "../protocol";
import { Disconnected, Refused } from "../requests";

/** What one message carries at most: the server takes 2,000 items and as many ranges of one update. */
const MAX_ITEMS = 1_000;
const MAX_BYTES = 256 * 1024;
/** Smaller updates have few items, and are not read to count them. */
const SMALL = 400;
const FEW = 8;
/** Milliseconds between two messages; the server takes 30 a second. */
const PAUSE = 40;
const RETRY = 1_000;
/** Numbered apart in this page, and from those of others in the browser. */
const page = crypto.getRandomValues(new Uint32Array(2)).join("-");

interface Pending {
  id: string;
  epoch: number;
  writer: number;
  update: Uint8Array;
  items: number;
}

interface OutboxHooks {
  /** Whether the pad is open on a live line. */
  mayGo(): boolean;
  send(epoch: number, writer: number, update: Uint8Array): Promise<void>;
  /** The number of those that wait has changed. */
  changed(): void;
  /** The server answers that it takes this never. */
  refused(problem: Problem): void;
  tooManyItems(): void;
}

/** What was typed here and is not acknowledged: kept in this browser, sent in order, one message at a time. */
export class Outbox {
  private waiting: Pending[] = [];
  private isSending = false;
  private timer = 0;
  private number = 0;
  /** By a clock that nobody sets. */
  private sentAt = -PAUSE;
  keptAt: Date | null = null;

  constructor(
    private readonly kept: KeptWriting,
    private readonly hooks: OutboxHooks,
  ) {}

  get count(): number {
    return this.waiting.length;
  }

  add(epoch: number, writer: number, update: Uint8Array): void {
    this.number += 1;
    const id = `${page}-${String(this.number).padStart(9, "0")}`;
    const items = itemsOf(update);
    this.waiting.push({ id, epoch, writer, update, items });
    void this.kept.keep({ id, epoch, writer, update, at: Date.now() });
    this.hooks.changed();
    if (items > MAX_ITEMS) this.hooks.tooManyItems();
    else this.flush();
  }

  /** What an earlier page of this tab kept. */
  restore(id: string, epoch: number, writer: number, update: Uint8Array): void {
    this.waiting.push({ id, epoch, writer, update, items: itemsOf(update) });
    this.hooks.changed();
  }

  /** All of it is in another document now, or not wanted. */
  clear(): void {
    const ids = this.waiting.map(({ id }) => id);
    this.waiting = [];
    void this.kept.remove(ids);
    this.hooks.changed();
  }

  /** The pad is open: what does not wait here is kept. */
  opened(): void {
    if (this.waiting.length === 0) this.keptAt = new Date();
  }

  /** Send what waits as soon as that may be. */
  flush(): void {
    if (this.isSending || this.waiting.length === 0 || !this.hooks.mayGo()) return;
    const wait = this.sentAt + PAUSE - performance.now();
    if (wait > 0) this.later(wait);
    else void this.send();
  }

  private later(wait: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.flush(), wait);
  }

  private async send(): Promise<void> {
    const parts = this.next();
    const first = parts[0]!;
    this.isSending = true;
    this.sentAt = performance.now();
    let again = 0;
    try {
      const update = parts.length > 1 ? Y.mergeUpdates(parts.map((part) => part.update)) : first.update;
      await this.hooks.send(first.epoch, first.writer, update);
      this.waiting = this.waiting.filter((one) => !parts.includes(one));
      this.keptAt = new Date();
      await this.kept.remove(parts.map(({ id }) => id));
    } catch (error) {
      if (error instanceof Refused) again = this.refused(error.problem);
      else if (error instanceof Disconnected) again = RETRY;
      else throw error;
    } finally {
      this.isSending = false;
      this.hooks.changed();
    }
    if (again > 0) this.later(again);
    else this.flush();
  }

  /** Those that go with the first one. */
  private next(): Pending[] {
    const parts: Pending[] = [];
    let [items, bytes] = [0, 0];
    for (const one of this.waiting) {
      const { epoch, writer } = parts[0] ?? one;
      items += one.items;
      bytes += one.update.length;
      if (parts.length > 0 && (one.epoch !== epoch || one.writer !== writer || items > MAX_ITEMS || bytes > MAX_BYTES)) break;
      parts.push(one);
    }
    return parts;
  }

  /** Milliseconds until it is tried again, 0 for a refusal that stays. */
  private refused(problem: Problem): number {
    if (problem.status === 503 || problem.status === 429) {
      const after = problem["retry_after"];
      return typeof after === "number" ? after * 1_000 : RETRY;
    }
    this.hooks.refused(problem);
    return RETRY;
  }
}

function itemsOf(update: Uint8Array): number {
  if (update.length < SMALL) return FEW;
  const { structs, ds } = Y.decodeUpdate(update);
  let ranges = 0;
  for (const found of ds.clients.values()) ranges += found.length;
  return Math.max(structs.length, ranges);
}
