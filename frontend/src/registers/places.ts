/** Where somebody is in a grid, and where a key leads. Rows and columns are counted from 0, whether they are rendered or not. */

export interface Place {
  row: number;
  column: number;
}

export interface Shape {
  rows: number;
  columns: number;
  /** Rows that are seen at once. */
  page: number;
}

/** The cells between two corners, both inclusive. */
export interface Area {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

export interface Key {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

type Move = (place: Place, shape: Shape) => Place;

const MOVES: Record<string, Move> = {
  ArrowUp: ({ row, column }) => ({ row: row - 1, column }),
  ArrowDown: ({ row, column }) => ({ row: row + 1, column }),
  ArrowLeft: ({ row, column }) => ({ row, column: column - 1 }),
  ArrowRight: ({ row, column }) => ({ row, column: column + 1 }),
  PageUp: ({ row, column }, { page }) => ({ row: row - page, column }),
  PageDown: ({ row, column }, { page }) => ({ row: row + page, column }),
  Home: ({ row }) => ({ row, column: 0 }),
  End: ({ row }, { columns }) => ({ row, column: columns - 1 }),
};

const FAR_MOVES: Record<string, Move> = {
  ArrowUp: ({ column }) => ({ row: 0, column }),
  ArrowDown: ({ column }, { rows }) => ({ row: rows - 1, column }),
  ArrowLeft: MOVES["Home"]!,
  ArrowRight: MOVES["End"]!,
  Home: () => ({ row: 0, column: 0 }),
  End: (_place, { rows, columns }) => ({ row: rows - 1, column: columns - 1 }),
};

/** Where a key leads, or null where it moves nothing. */
export function moved(place: Place, { key, ctrlKey, metaKey, altKey }: Key, shape: Shape): Place | null {
  if (altKey) return null;
  const move = (ctrlKey || metaKey ? FAR_MOVES : MOVES)[key];
  return move ? clamp(move(place, shape), shape) : null;
}

export function clamp({ row, column }: Place, { rows, columns }: Shape): Place {
  return { row: Math.max(0, Math.min(row, rows - 1)), column: Math.max(0, Math.min(column, columns - 1)) };
}

/** The next cell of the row, or the one before; null at its end, where the key leaves the grid. */
export function besides({ row, column }: Place, step: 1 | -1, { columns }: Shape): Place | null {
  const next = column + step;
  return next < 0 || next >= columns ? null : { row, column: next };
}

export function areaOf(one: Place, other: Place): Area {
  return {
    top: Math.min(one.row, other.row),
    bottom: Math.max(one.row, other.row),
    left: Math.min(one.column, other.column),
    right: Math.max(one.column, other.column),
  };
}

export function holds({ top, left, bottom, right }: Area, { row, column }: Place): boolean {
  return top <= row && row <= bottom && left <= column && column <= right;
}

export function sizeOf({ top, left, bottom, right }: Area): { rows: number; columns: number } {
  return { rows: bottom - top + 1, columns: right - left + 1 };
}
