/** What Django writes into the page of a table (`stages/registers/pages/grid_data.py`). */

/** How a cell of a column is edited; `none` opens the record, `file` the form there in which a file is chosen. */
export type EditorKind = "text" | "number" | "toggle" | "choice" | "record" | "file" | "none";

/** Whether cells of a column are typed. */
export function isTyped({ editor }: { editor: EditorKind }): boolean {
  return editor !== "none" && editor !== "file";
}

export interface Choice {
  value: string;
  label: string;
  /** What it is, beside what it is called. */
  note?: string;
}

export interface Column {
  field: string;
  title: string;
  editor: EditorKind;
  /** Whether pasted texts go into it. */
  pastes: boolean;
  /** Pixels, and those that it has where nobody chose others. */
  width: number;
  usual: number;
  isSized: boolean;
  /** It takes what is left of the room, unless somebody chose its width. */
  grows: boolean;
  /** Options of an enum. */
  choices: Choice[];
}

export interface GridData {
  facet: string;
  /** The record of the table, where presence has the reader. */
  place: string;
  project: string;
  columns: Column[];
  /** Records of the query. */
  count: number;
  mayWrite: boolean;
  /** The query of the page, as pairs. */
  kept: [string, string][];
  addresses: {
    /** Blocks of rows; takes `offset` and `limit`, or `record` repeated. */
    rows: string;
    /** Who set a cell, and what it replaced; takes `record` and `field`. */
    cell: string;
    /** Records to refer to; takes `field` and `q`. */
    choices: string;
    paste: string;
    create: string;
    delete: string;
    /** This page, without a query. */
    page: string;
    /** The page of the table, without a query. */
    table: string;
    undo: string;
    redo: string;
    /** The page of a record, with `RECORD` for its id. */
    record: string;
  };
}

export function readGridData(): GridData {
  return JSON.parse(document.getElementById("register-data")?.textContent ?? "{}") as GridData;
}
