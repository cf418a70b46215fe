import { Retry } from "../page_parts";

/** Milliseconds: several events at once are one request. */
const SOON = 80;

interface Asked {
  /** The page as it is now has arrived, and is written next. */
  arrived: () => void;
  done: () => void;
}

/** Has a part of the page written again, one request at a time; while it is held, later. */
export class Renewal {
  private asked: Asked[] = [];
  private isRunning = false;
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

  /**
   * It is written as it is from now on. That is done with the first answer to a request that began after this call:
   * whoever goes on after it finds the page as it was written, not as somebody has used it since.
   */
  now(arrived: () => void = () => undefined): Promise<void> {
    const done = new Promise<void>((resolve) => this.asked.push({ arrived, done: resolve }));
    this.released();
    return done;
  }

  /** What was held is held no more. */
  released(): void {
    if (!this.isRunning && !this.isHeld()) void this.run();
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    try {
      while (this.asked.length > 0 && !this.isHeld()) await this.once();
    } finally {
      this.isRunning = false;
    }
  }

  private async once(): Promise<void> {
    const asked = this.asked;
    this.asked = [];
    this.retry.begin();
    const html = await this.fetch();
    this.retry.end(html !== null);
    if (html !== null && this.isHeld()) {
      this.asked.unshift(...asked);
      return;
    }
    for (const { arrived } of asked) arrived();
    if (html !== null) this.write(html);
    for (const { done } of asked) done();
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
