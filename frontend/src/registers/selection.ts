import { Emitter } from "../emitter";
import { type Area, areaOf, clamp, type Place, type Shape } from "./places";

/** The cell that somebody is at, and the area that reaches from another one to it. */
export class Selection extends Emitter<{ changed: null }> {
  private anchor: Place = { row: 0, column: 0 };
  private place: Place = { row: 0, column: 0 };

  get active(): Place {
    return this.place;
  }

  get area(): Area {
    return areaOf(this.anchor, this.place);
  }

  get isOneCell(): boolean {
    return this.anchor.row === this.place.row && this.anchor.column === this.place.column;
  }

  to(place: Place, { extend = false } = {}): void {
    this.place = place;
    if (!extend) this.anchor = place;
    this.emit("changed", null);
  }

  /** An area whose lower right corner may be anywhere; the active cell is its first one. */
  cover({ top, left, bottom, right }: Area): void {
    this.place = { row: top, column: left };
    this.anchor = { row: bottom, column: right };
    this.emit("changed", null);
  }

  /** Whole rows, between two of them. */
  rows(one: number, other: number, columns: number): void {
    this.cover({ top: Math.min(one, other), left: 0, bottom: Math.max(one, other), right: columns - 1 });
  }

  /** There are fewer rows now. */
  fit(shape: Shape): void {
    this.anchor = clamp(this.anchor, shape);
    this.place = clamp(this.place, shape);
  }
}
