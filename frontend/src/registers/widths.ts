import type { Column } from "./grid_data";

/** Pixels of the column of numbers. */
const NUMBERS = 36;

/**
 * Give a table the widths of its columns. The one that says what its records are takes what is left, else the widest one
 * that nobody gave a width; where all have one, nothing does.
 */
export function layOut({ style }: HTMLElement, columns: readonly Column[]): void {
  const widths = columns.map(({ width }) => width);
  const free = columns.filter(({ isSized }) => !isSized).map(({ width }) => width);
  const grows = columns.findIndex((column) => column.grows && !column.isSized);
  const growing = grows >= 0 ? grows : columns.findLastIndex((column) => !column.isSized && column.width === Math.max(...free));
  const tracks = widths.map((width, index) => (index === growing ? `minmax(${width}px, 1fr)` : `${width}px`));
  style.setProperty("--reg-columns", `${NUMBERS}px ${tracks.join(" ")}`);
  style.setProperty("--reg-least", `${NUMBERS + widths.reduce((sum, width) => sum + width, 0)}px`);
}
