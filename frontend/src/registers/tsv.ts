/**
 * Tables as spreadsheets put them on the clipboard: cells with tabs between, rows with line ends. A cell that holds a tab,
 * a line end or begins with a quotation mark is in quotation marks, and each inside is doubled.
 */

/** Rows of cells. What follows a closing quotation mark belongs to the cell; an open one is closed by the end. */
export function parseTable(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const [cell, end] = text[at] === '"' ? readQuoted(text, at) : readPlain(text, at);
    row.push(cell);
    at = end;
    if (text[at] === "\t") {
      at += 1;
      // A tab at the very end begins a last, empty cell.
      if (at === text.length) row.push("");
      continue;
    }
    rows.push(row);
    row = [];
    at += text.startsWith("\r\n", at) ? 2 : 1;
  }
  if (row.length > 0) rows.push(row);
  return rows;
}

export function printTable(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map(printCell).join("\t")).join("\n");
}

function printCell(cell: string): string {
  return /^"|[\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function isEnd(letter: string | undefined): boolean {
  return letter === undefined || letter === "\t" || letter === "\n" || letter === "\r";
}

function readPlain(text: string, from: number): [cell: string, end: number] {
  let at = from;
  while (!isEnd(text[at])) at += 1;
  return [text.slice(from, at), at];
}

function readQuoted(text: string, from: number): [cell: string, end: number] {
  let cell = "";
  let at = from + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) {
      // A quotation mark that nothing closes is a letter of the text.
      return readPlain(text, from);
    }
    cell += text.slice(at, quote);
    at = quote + 1;
    if (text[at] !== '"') break;
    cell += '"';
    at += 1;
  }
  const [rest, end] = readPlain(text, at);
  return [(cell + rest).replaceAll("\r\n", "\n"), end];
}
