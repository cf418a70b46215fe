import { Retry } from "../page_parts";

/** Milliseconds: several events at once are one request. */
const SOON = 80;

/** Has a part of the page written again, one request at a time; while it is held, later. */
export class Renewal {
  private running: Promise<void> | null = null;
  private isStale = false;
  private waiting: Promise<void> | null = null;
  private readonly retry = new Retry(() => void this.now());

  constructor(
    private readonly address: () => string,
    private readonly isHeld: () => boolean,
    private readonly write: (html: string) => void,
  ) {}

  soon(): Promise<void> {
    this.waiting ??= new Promise((resolve) => {
      window.setTimeout(() => {
        this.waiting = null;
        void this.now().then(resolve);
      }, SOON);
    });
    return this.waiting;
  }

  /** It is written as it is from now on. */
  now(): Promise<void> {
    this.isStale = true;
    if (this.isHeld()) return Promise.resolve();
    this.running ??= this.run().finally(() => (this.running = null));
    return this.running;
  }

  /** What was held is held no more. */
  released(): void {
    if (this.isStale && !this.running) void this.now();
  }

  private async run(): Promise<void> {
    while (this.isStale && !this.isHeld()) {
      this.isStale = false;
      this.retry.begin();
      const html = await this.fetch();
      this.retry.end(html !== null);
      if (html === null) return;
      if (this.isHeld()) this.isStale = true;
      else this.write(html);
    }
  }

  private async fetch(): Promise<string | null> {
    try {
      const answer = await fetch(this.address(), { credentials: "same-origin" });
      return answer.ok && !answer.redirected ? await answer.text() : null;
    } catch {
      return null;
    }
  }
}
