import type { Grid } from "./grid";
import type { Area } from "./places";
import type { View } from "./view";

interface Parts {
  scroller: HTMLElement;
  head: HTMLElement;
  handle: HTMLElement;
}

/** Pixels from the edge of the table within which it scrolls while somebody drags. */
const EDGE = 40;

/** The handle at the corner of what is chosen: dragged down, it fills the cells below. */
export class Filling {
  private stop: (() => void) | null = null;

  constructor(
    private readonly parts: Parts,
    private readonly grid: Grid,
    private readonly view: View,
    private readonly fill: (area: Area, from: number) => void,
  ) {}

  get isDragging(): boolean {
    return this.stop !== null;
  }

  /** Put the handle at the lower right corner of the area; `isOffered` says whether there is one at all. */
  place(isOffered: boolean): void {
    const { handle, head } = this.parts;
    const { area } = this.grid.selection;
    const cell = head.firstElementChild?.children[area.right + 1] as HTMLElement | undefined;
    handle.hidden = !isOffered || !cell || this.grid.count === 0;
    if (handle.hidden || !cell) return;
    handle.style.top = `${head.offsetHeight + (area.bottom + 1) * this.view.rowHeight}px`;
    handle.style.left = `${cell.offsetLeft + cell.offsetWidth}px`;
  }

  begin(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    const from = { ...this.grid.selection.area };
    let to = from.bottom;
    const moved = (move: PointerEvent) => {
      to = Math.max(from.bottom, this.rowAt(move.clientY));
      this.grid.selection.cover({ ...from, bottom: to });
    };
    const done = (up: Event) => {
      this.stop?.();
      this.stop = null;
      if (up.type === "pointerup" && to > from.bottom) this.fill({ ...from, bottom: to }, from.bottom - from.top + 1);
      else this.grid.selection.cover(from);
    };
    const left = (key: KeyboardEvent) => {
      if (key.key === "Escape") done(key);
    };
    window.addEventListener("pointermove", moved);
    window.addEventListener("pointerup", done);
    window.addEventListener("pointercancel", done);
    window.addEventListener("keydown", left, true);
    this.stop = () => {
      window.removeEventListener("pointermove", moved);
      window.removeEventListener("pointerup", done);
      window.removeEventListener("pointercancel", done);
      window.removeEventListener("keydown", left, true);
    };
  }

  private rowAt(y: number): number {
    const { scroller, head } = this.parts;
    const box = scroller.getBoundingClientRect();
    if (y > box.bottom - EDGE) scroller.scrollTop += this.view.rowHeight;
    else if (y < box.top + head.offsetHeight + EDGE / 4) scroller.scrollTop -= this.view.rowHeight;
    const row = Math.floor((y - box.top + scroller.scrollTop - head.offsetHeight) / this.view.rowHeight);
    return Math.max(0, Math.min(row, this.grid.count - 1));
  }
}
