import { elementScroll, observeElementOffset, observeElementRect, Virtualizer, type VirtualizerOptions } from "@tanstack/virtual-core";
import type { Row } from "./rows";

/** Rows above and below what is seen that are rendered as well. */
const OVERSCAN = 12;

interface Parts {
  scroller: HTMLElement;
  head: HTMLElement;
  body: HTMLElement;
  placeholder: () => HTMLElement;
}

/** Renders the rows that are seen, each at its height, and those that are asked to stay. */
export class View {
  private readonly virtualizer: Virtualizer<HTMLElement, HTMLElement>;
  private readonly shown = new Map<number, HTMLElement>();
  private readonly unmount: () => void;
  private count = 0;

  /** `rowAt` gives a row that is here, `painted` is called for each row that is put into the page, `seen` after each time. */
  constructor(
    private readonly parts: Parts,
    private readonly rowAt: (index: number) => Row | undefined,
    private readonly stay: () => number[],
    private readonly painted: (row: Row, index: number) => void,
    private readonly seen: (first: number, last: number) => void,
  ) {
    this.virtualizer = new Virtualizer<HTMLElement, HTMLElement>(this.options());
    this.unmount = this.virtualizer._didMount();
  }

  get rowHeight(): number {
    return Number.parseFloat(getComputedStyle(this.parts.scroller).getPropertyValue("--reg-row")) || 32;
  }

  /** Whole rows between the head and the lower edge. */
  get page(): number {
    return Math.max(1, Math.floor((this.parts.scroller.clientHeight - this.parts.head.offsetHeight) / this.rowHeight) - 1);
  }

  /** The first and the last row that somebody sees. */
  get window(): [first: number, last: number] {
    const { scroller, head } = this.parts;
    const first = Math.floor(scroller.scrollTop / this.rowHeight);
    const last = Math.ceil((scroller.scrollTop + scroller.clientHeight - head.offsetHeight) / this.rowHeight) - 1;
    return [Math.min(first, Math.max(0, this.count - 1)), Math.min(last, this.count - 1)];
  }

  /** There are so many rows, or they have another height. */
  resize(count: number): void {
    this.count = count;
    for (const [index, element] of this.shown) element.style.top = `${index * this.rowHeight}px`;
    this.parts.body.style.height = `${count * this.rowHeight}px`;
    this.virtualizer.setOptions(this.options());
    this.virtualizer.measure();
    this.virtualizer._willUpdate();
    this.render();
  }

  /** Scroll no further than a row, and a cell in it, needs to be seen. */
  reveal(index: number, cell: HTMLElement | null): void {
    const { scroller, head } = this.parts;
    const top = index * this.rowHeight;
    const room = scroller.clientHeight - head.offsetHeight;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + this.rowHeight > scroller.scrollTop + room) scroller.scrollTop = top + this.rowHeight - room;
    if (cell) this.revealAcross(cell);
  }

  render(): void {
    const indexes = this.indexes();
    const wanted = new Set(indexes);
    for (const [index, element] of this.shown) {
      if (wanted.has(index) && element === this.elementOf(index, element)) continue;
      element.remove();
      this.shown.delete(index);
    }
    let before: Element | null = null;
    for (const index of indexes) {
      const element = this.shown.get(index) ?? this.put(index);
      if (element.parentElement !== this.parts.body || element.previousElementSibling !== before) {
        if (before) before.after(element);
        else this.parts.body.prepend(element);
      }
      before = element;
    }
    const [first, last] = this.window;
    if (this.count > 0) this.seen(Math.max(0, first - OVERSCAN), Math.min(this.count - 1, last + OVERSCAN));
  }

  /** The rows that are in the page and are no placeholders. */
  *rendered(): Generator<[number, Row]> {
    for (const index of this.shown.keys()) {
      const row = this.rowAt(index);
      if (row) yield [index, row];
    }
  }

  destroy(): void {
    this.unmount();
  }

  private indexes(): number[] {
    const found = new Set(this.virtualizer.getVirtualIndexes());
    for (const index of this.stay()) if (index >= 0 && index < this.count) found.add(index);
    return [...found].sort((one, other) => one - other);
  }

  /** The row's own element, or the placeholder that is there. */
  private elementOf(index: number, present: HTMLElement): HTMLElement {
    const row = this.rowAt(index);
    if (row) return row.element;
    return present.hasAttribute("data-placeholder") ? present : this.parts.body;
  }

  private put(index: number): HTMLElement {
    const row = this.rowAt(index);
    const element = row?.element ?? this.parts.placeholder();
    element.style.top = `${index * this.rowHeight}px`;
    element.setAttribute("aria-rowindex", String(index + 2));
    this.shown.set(index, element);
    if (row) this.painted(row, index);
    return element;
  }

  /** The first columns stay where they are: what is beside them must not be under them. */
  private revealAcross(cell: HTMLElement): void {
    const { scroller } = this.parts;
    if (getComputedStyle(cell).position === "sticky") return;
    const pinned = cell.parentElement?.querySelectorAll<HTMLElement>(":scope > [data-pinned]") ?? [];
    const covered = [...pinned].reduce((width, each) => width + (getComputedStyle(each).position === "sticky" ? each.offsetWidth : 0), 0);
    const left = cell.offsetLeft;
    if (left - covered < scroller.scrollLeft) scroller.scrollLeft = left - covered;
    else if (left + cell.offsetWidth > scroller.scrollLeft + scroller.clientWidth) scroller.scrollLeft = left + cell.offsetWidth - scroller.clientWidth;
  }

  private options(): VirtualizerOptions<HTMLElement, HTMLElement> {
    return {
      count: this.count,
      getScrollElement: () => this.parts.scroller,
      estimateSize: () => this.rowHeight,
      overscan: OVERSCAN,
      scrollToFn: elementScroll,
      observeElementRect,
      observeElementOffset,
      onChange: () => this.render(),
    };
  }
}
