import type { Column } from "./grid_data";

/** Pixels of the column of numbers. */
const NUMBERS = 36;

/** Give a table the widths of its columns, of which the widest takes what is left. */
export function layOut({ style }: HTMLElement, columns: readonly Column[]): void {
  const widths = columns.map(({ width }) => width);
  const widest = widths.lastIndexOf(Math.max(...widths));
  const tracks = widths.map((width, index) => (index === widest ? `minmax(${width}px, 1fr)` : `${width}px`));
  style.setProperty("--reg-columns", `${NUMBERS}px ${tracks.join(" ")}`);
  style.setProperty("--reg-least", `${NUMBERS + widths.reduce((sum, width) => sum + width, 0)}px`);
}
