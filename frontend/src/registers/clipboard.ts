import { say, count } from "../texts";
import type { Blocks } from "./blocks";
import type { Column, GridData } from "./grid_data";
import type { Area } from "./places";
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
  /** The first row were headings: it is left out, and values go to the columns that they name. */
  hasHeadings: boolean;
  /** Headings that name no column here. */
  unknown: string[];
}

/** The column of a value, where it has one. */
type Pasted = Column | undefined;

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
 * What a pasted table does whose first cell is that of the area; below headings, values go to the columns that these name. A single value fills the whole area that is chosen. Rows behind the
 * last one become new records. Columns that take no text are left as they are.
 */
export async function plan(text: string, area: Area, data: GridData, blocks: Blocks<Row>, count: number): Promise<Paste> {
  const parsed = parseTable(text);
  const headed = parsed.length > 1 ? columnsOf(parsed[0] ?? [], data.columns, area.left) : null;
  const table = filled(headed ? parsed.slice(1) : parsed, area);
  const width = Math.max(...table.map((row) => row.length), 1);
  const columns = headed ?? data.columns.slice(area.left, area.left + width);
  const present = Math.max(0, Math.min(count - area.top, table.length));
  const rows = present > 0 ? await blocks.range(area.top, area.top + present - 1) : [];
  const pasted = table.map((texts, index) => pastedRow(texts, columns, rows[index]));
  const places = columns.map((column) => (column ? data.columns.indexOf(column) : -1)).filter((at) => at >= 0);
  return {
    rows: pasted,
    area: { top: area.top, left: Math.min(...places), bottom: area.top + table.length - 1, right: Math.max(...places) },
    lost: table.reduce((sum, texts, at) => sum + lostOf(texts, columns, rows[at]), 0),
    rekeyed: pasted.filter(({ record, values }) => record !== null && KEY in values).length,
    hasHeadings: headed !== null,
    unknown: headed ? (parsed[0] ?? []).filter((words, at) => words.trim() !== "" && !headed[at]) : [],
  };
}

/** How many values of a row have no place. */
function lostOf(texts: string[], columns: readonly Pasted[], row: Row | undefined): number {
  return texts.filter((text, at) => {
    const column = columns[at];
    if (text.trim() === "" || column?.pastes) return false;
    // What a column already shows is no loss, such as the links of rows that are pasted where they were copied.
    return !(column && row && cellOf(row, column.field)?.dataset["text"] === text);
  }).length;
}

/** The column that each text of the first row names, none for another heading; null where the row is no headings. */
function columnsOf(texts: string[], columns: Column[], from: number): Pasted[] | null {
  const named = texts.map((text) => columns.find((column) => isNamed(column, text)));
  const known = named.filter((column) => column !== undefined);
  const given = texts.filter((text) => text.trim() !== "").length;
  // A single column may hold a word that is the name of another one.
  if (given === 1) return texts.every((text, at) => text.trim() === "" || columns[from + at] === named[at]) ? named : null;
  return known.length * 2 > given && new Set(known).size === known.length ? named : null;
}

function isNamed({ title, field }: Column, text: string): boolean {
  return [title, field].some((name) => name.toLowerCase() === text.trim().toLowerCase());
}

function pastedRow(texts: string[], columns: readonly Pasted[], row: Row | undefined): PastedRow {
  const made: PastedRow = { record: row?.record ?? null, values: {}, bases: {} };
  columns.forEach((column, at) => {
    const text = texts[at];
    if (text === undefined || !column?.pastes) return;
    const { field } = column;
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
  return { rows: filled, area, lost: 0, rekeyed: 0, hasHeadings: false, unknown: [] };
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
