import { say, count } from "../texts";
import type { Blocks } from "./blocks";
import type { Column, GridData } from "./grid_data";
import type { Area, Place } from "./places";
import { cellOf, factsOf, type Row } from "./rows";
import { parseTable, printTable } from "./tsv";

/** The column of a table with a prefix for keys. */
const KEY = "key";

/** One pasted row: a record that is there, or a new one. Rows in which nothing changes are there too: they are counted. */
export interface PastedRow {
  record: string | null;
  values: Record<string, string>;
  bases: Record<string, readonly string[]>;
}

export interface Paste {
  rows: PastedRow[];
  /** What is covered afterwards. */
  area: Area;
  /** Values that have no column here, or whose column takes no text. */
  lost: number;
  /** Records that would get another key. */
  rekeyed: number;
  /** The first row were the headings of the columns: it is left out. */
  hasHeadings: boolean;
}

/** The text of an area, or a promise where its rows have to be fetched. */
export function textOf(area: Area, data: GridData, blocks: Blocks<Row>): string | Promise<string> {
  const fields = data.columns.slice(area.left, area.right + 1).map(({ field }) => field);
  const rows: Row[] = [];
  for (let index = area.top; index <= area.bottom; index += 1) {
    const row = blocks.at(index);
    if (!row) return blocks.range(area.top, area.bottom).then((all) => print(all, fields));
    rows.push(row);
  }
  return print(rows, fields);
}

function print(rows: Row[], fields: string[]): string {
  return printTable(rows.map((row) => fields.map((field) => cellOf(row, field)?.dataset["text"] ?? "")));
}

/**
 * What a pasted table does whose first cell is that of the area. A single value fills the whole area that is chosen. Rows behind the
 * last one become new records. Columns that take no text are left as they are.
 */
export async function plan(text: string, area: Area, data: GridData, blocks: Blocks<Row>, count: number): Promise<Paste> {
  const parsed = parseTable(text);
  const hasHeadings = areHeadings(parsed[0] ?? [], data.columns.slice(area.left)) && parsed.length > 1;
  const table = filled(hasHeadings ? parsed.slice(1) : parsed, area);
  const place: Place = { row: area.top, column: area.left };
  const width = Math.max(...table.map((row) => row.length), 1);
  const columns = data.columns.slice(place.column, place.column + width);
  const present = Math.max(0, Math.min(count - place.row, table.length));
  const rows = present > 0 ? await blocks.range(place.row, place.row + present - 1) : [];
  const pasted = table.map((texts, index) => pastedRow(texts, columns, rows[index]));
  const { row: top, column: left } = place;
  return {
    rows: pasted,
    area: { top, left, bottom: top + table.length - 1, right: left + columns.length - 1 },
    lost: table.reduce((sum, texts, at) => sum + lostOf(texts, columns, rows[at]), 0),
    rekeyed: pasted.filter(({ record, values }) => record !== null && KEY in values).length,
    hasHeadings,
  };
}

/** How many values of a row have no place. */
function lostOf(texts: string[], columns: Column[], row: Row | undefined): number {
  return texts.filter((text, at) => {
    const column = columns[at];
    if (text.trim() === "" || column?.pastes) return false;
    // What a column already shows is no loss, such as the links of rows that are pasted where they were copied.
    return !(column && row && cellOf(row, column.field)?.dataset["text"] === text);
  }).length;
}

/** Whether these are the titles or names of the columns that they are above. */
function areHeadings(texts: string[], columns: Column[]): boolean {
  const isTitle = (text: string, column: Column | undefined) =>
    column !== undefined && [column.title, column.field].some((name) => name.toLowerCase() === text.trim().toLowerCase());
  const given = texts.filter((text) => text.trim() !== "");
  return given.length > 0 && texts.every((text, at) => text.trim() === "" || isTitle(text, columns[at]));
}

function pastedRow(texts: string[], columns: Column[], row: Row | undefined): PastedRow {
  const made: PastedRow = { record: row?.record ?? null, values: {}, bases: {} };
  columns.forEach(({ field, pastes }, at) => {
    const text = texts[at];
    if (text === undefined || !pastes) return;
    const cell = row && cellOf(row, field);
    const facts = cell && factsOf(row, cell);
    if (facts?.text === text) return;
    made.values[field] = text;
    if (facts) made.bases[field] = facts.tips;
  });
  return made;
}

/** What filling an area does: its first rows, `from` of them, again and again into those below. Keys stay what they are. */
export async function planFill(area: Area, from: number, data: GridData, blocks: Blocks<Row>): Promise<Paste> {
  const columns = data.columns.slice(area.left, area.right + 1).filter(({ field }) => field !== KEY);
  const rows = await blocks.range(area.top, area.bottom);
  const filled = rows.slice(from).map((row, at) => {
    const source = rows[at % from];
    return pastedRow(columns.map(({ field }) => (source && cellOf(source, field)?.dataset["text"]) ?? ""), columns, row);
  });
  return { rows: filled, area, lost: 0, rekeyed: 0, hasHeadings: false };
}

/** Whether there is anything to write. */
export function isNothing({ rows }: Paste): boolean {
  return rows.every(({ record, values }) => record !== null && Object.keys(values).length === 0);
}

function filled(table: string[][], { top, left, bottom, right }: Area): string[][] {
  const value = table[0]?.[0];
  if (table.length !== 1 || table[0]?.length !== 1 || value === undefined) return table;
  return Array.from({ length: bottom - top + 1 }, () => Array.from({ length: right - left + 1 }, () => value));
}

/** What was done, for a note. */
export function describe(paste: Paste): string {
  const cells = paste.rows.filter(({ record }) => record !== null).reduce((sum, { values }) => sum + Object.keys(values).length, 0);
  const made = paste.rows.filter(({ record }) => record === null).length;
  const said = [];
  if (cells > 0) said.push(count("registers.pasted.cells", cells));
  if (made > 0) said.push(count("registers.pasted.rows", made));
  if (paste.hasHeadings) said.push(say("registers.pasted.headings"));
  return said.length > 0 ? said.join(" · ") : say("registers.pasted.nothing");
}
