import type { EditorState } from "@codemirror/state";
import { authors } from "../authorship";

/** A part of the text by one author. */
export interface AuthorRange {
  from: number;
  to: number;
  writer: number;
}

/** The ranges between two positions, each of one writer. */
export function* rangesIn(state: EditorState, from: number, to: number): Generator<AuthorRange> {
  let at = 0;
  for (const [writer, length] of state.field(authors)) {
    const end = at + length;
    if (end > from && at < to) yield { from: Math.max(at, from), to: Math.min(end, to), writer };
    if (end >= to) return;
    at = end;
  }
}

/** What the author of a character wrote around it in its line, by any of their sessions; null at the end of a line. */
export function wordsAt(state: EditorState, position: number, personOf: (writer: number) => string): AuthorRange | null {
  const line = state.doc.lineAt(position);
  if (position >= line.to) return null;
  const ranges = [...rangesIn(state, line.from, line.to)];
  const at = ranges.findIndex((range) => position < range.to);
  const own = ranges[at];
  if (!own) return null;
  const person = personOf(own.writer);
  let { from, to } = own;
  for (const range of ranges.slice(0, at).reverse()) {
    if (personOf(range.writer) !== person) break;
    from = range.from;
  }
  for (const range of ranges.slice(at + 1)) {
    if (personOf(range.writer) !== person) break;
    to = range.to;
  }
  return { from, to, writer: own.writer };
}

/** How many characters of the text are somebody's, and in how many lines. */
export function sumOf(state: EditorState, isTheirs: (writer: number) => boolean): { characters: number; lines: number } {
  let [characters, lines, last, at] = [0, 0, 0, 0];
  for (const [writer, length] of state.field(authors)) {
    if (isTheirs(writer)) {
      characters += length;
      const first = state.doc.lineAt(at).number;
      const end = state.doc.lineAt(at + length - 1).number;
      lines += end - Math.max(first, last + 1) + 1;
      last = end;
    }
    at += length;
  }
  return { characters, lines };
}
