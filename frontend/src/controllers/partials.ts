import htmx from "htmx.org";

// Settling would put old attributes back onto elements with known ids for a moment, over what we paint.
const SWAP = "innerHTML settle:0ms";

/**
 * Ask Django for a part of the page again and put it in place, keeping what the reader has there: the focus (by its id)
 * and how far it was scrolled. Many wishes at once make one request.
 */
export class Partial {
  private running: Promise<void> | null = null;
  private again = false;

  constructor(
    private readonly place: HTMLElement,
    private readonly address: () => string,
    private readonly swapped: () => void = () => undefined,
  ) {}

  async refresh(): Promise<void> {
    if (this.running) {
      this.again = true;
      return this.running;
    }
    this.running = this.fetch().finally(() => (this.running = null));
    await this.running;
  }

  private async fetch(): Promise<void> {
    do {
      this.again = false;
      const top = this.scroller?.scrollTop ?? 0;
      const focused = this.place.contains(document.activeElement) ? (document.activeElement?.id ?? "") : "";
      // Its own source: requests of one source wait for each other, and all without one have the page's body as theirs.
      await htmx.ajax("get", this.address(), { source: this.place, target: this.place, swap: SWAP });
      if (this.scroller) this.scroller.scrollTop = top;
      if (focused) (document.getElementById(focused) ?? this.scroller)?.focus({ preventScroll: true });
      this.swapped();
    } while (this.again);
  }

  private get scroller(): HTMLElement | null {
    return this.place.querySelector<HTMLElement>("[data-panel-scroll]");
  }
}
