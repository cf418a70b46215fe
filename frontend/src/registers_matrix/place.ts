/** Squares of the matrix, by row and column from 0, and how keys move between them. */

export interface Square {
  row: number;
  column: number;
}

export const COLUMN_WIDTH = 22;
export const ROW_HEIGHT = 28;
const PAGE = 10;

/** The square that a key leads to; undefined for a key that leads nowhere. */
export function moved(from: Square, event: { key: string; ctrlKey: boolean; metaKey: boolean }, rows: number, columns: number): Square | undefined {
  const far = event.ctrlKey || event.metaKey;
  const within = (row: number, column: number): Square => ({
    row: Math.min(Math.max(row, 0), Math.max(rows - 1, 0)),
    column: Math.min(Math.max(column, 0), Math.max(columns - 1, 0)),
  });
  switch (event.key) {
    case "ArrowUp":
      return within(far ? 0 : from.row - 1, from.column);
    case "ArrowDown":
      return within(far ? rows - 1 : from.row + 1, from.column);
    case "ArrowLeft":
      return within(from.row, far ? 0 : from.column - 1);
    case "ArrowRight":
      return within(from.row, far ? columns - 1 : from.column + 1);
    case "PageUp":
      return within(from.row - PAGE, from.column);
    case "PageDown":
      return within(from.row + PAGE, from.column);
    case "Home":
      return within(far ? 0 : from.row, 0);
    case "End":
      return within(far ? rows - 1 : from.row, columns - 1);
    default:
      return undefined;
  }
}

/** The column at a place within the squares of a row, in pixels from their left; undefined beside them. */
export function columnAt(x: number, columns: number): number | undefined {
  const column = Math.floor(x / COLUMN_WIDTH);
  return column >= 0 && column < columns ? column : undefined;
}
