import { fetchPart, Retry } from "../page_parts";

// Settling would put old attributes back onto elements with known ids for a moment, over what we paint.
const SWAP = "innerHTML settle:0ms";

/**
 * Ask Django for a part of the page again and put it in place, keeping what the reader has there: the focus (by its id)
 * and how far it was scrolled. Many wishes at once make one request; without an answer it is asked for again.
 */
export class Partial {
  private running: Promise<void> | null = null;
  private again = false;
  private readonly retry = new Retry(() => void this.refresh());

  /** `select`: the part of the answer that is meant. */
  constructor(
    private readonly place: HTMLElement,
    private readonly address: () => string,
    private readonly swapped: () => void = () => undefined,
    private readonly select?: string,
  ) {}

  async refresh(): Promise<void> {
    if (this.running) {
      this.again = true;
      return this.running;
    }
    this.running = this.fetch();
    await this.running;
  }

  private async fetch(): Promise<void> {
    this.retry.begin();
    let isDone: boolean;
    do {
      this.again = false;
      isDone = await this.fetchOnce();
    } while (this.again);
    this.running = null;
    if (this.place.isConnected) this.retry.end(isDone);
  }

  private async fetchOnce(): Promise<boolean> {
    const top = this.scroller?.scrollTop ?? 0;
    const focused = this.place.contains(document.activeElement) ? (document.activeElement?.id ?? "") : "";
    const select = this.select ? { select: this.select } : {};
    const isDone = await fetchPart(this.address(), { source: this.place, target: this.place, swap: SWAP, ...select });
    if (!isDone) return false;
    if (this.scroller) this.scroller.scrollTop = top;
    // Unless the reader went elsewhere meanwhile.
    const isLost = !document.activeElement || document.activeElement === document.body;
    if (focused && isLost) (document.getElementById(focused) ?? this.scroller)?.focus({ preventScroll: true });
    this.swapped();
    return true;
  }

  private get scroller(): HTMLElement | null {
    return this.place.querySelector<HTMLElement>("[data-panel-scroll]");
  }
}
