import { EditorSelection, EditorState, type Extension, type Text, type Transaction, type TransactionSpec } from "@codemirror/state";
import { type Command, keymap } from "@codemirror/view";

/**
 * A file is kept with the line ends that it has (docs/adr/0019): only LF ends a line in the editor, and the CR of a CRLF
 * stays in the text as the last character of its line. What is typed or pasted gets the ends of the lines around it.
 */
export const keptLineEnds: Extension = [
  EditorState.lineSeparator.of("\n"),
  EditorState.transactionFilter.of(fitted),
  EditorState.transactionFilter.of(outsideLineEnds),
  keymap.of([{ key: "ArrowRight", run: pastLineEnd(false), shift: pastLineEnd(true) }]),
];

export type LineEnds = "lf" | "crlf" | "mixed";

/** Which line ends a text has; LF where it has none. */
export function lineEndsOf(doc: Text): LineEnds {
  let [crlf, others, stray] = [0, 0, false];
  let number = 0;
  for (const line of doc.iterLines()) {
    number += 1;
    const isEnded = number < doc.lines;
    if (isEnded && line.endsWith("\r")) crlf += 1;
    else if (isEnded) others += 1;
    const at = line.indexOf("\r");
    stray ||= at >= 0 && (at < line.length - 1 || !isEnded);
  }
  if (stray || (crlf > 0 && others > 0)) return "mixed";
  return crlf > 0 ? "crlf" : "lf";
}

/** The transaction as it is, or one that treats a CRLF as the one line end that it is for its writer. */
function fitted(transaction: Transaction): Transaction | TransactionSpec {
  if (!transaction.docChanged || !(transaction.isUserEvent("input") || transaction.isUserEvent("delete"))) return transaction;
  const doc = transaction.startState.doc;
  const changes: { from: number; to: number; insert: string }[] = [];
  let differs = false;
  transaction.changes.iterChanges((fromA, toA, _fromB, _toB, inserted) => {
    const given = inserted.toString();
    const insert = given.replace(/\r\n?|\n/g, endAt(doc, fromA));
    const { from, to } = whole(doc, fromA, toA, insert === "");
    differs ||= from !== fromA || to !== toA || insert !== given;
    changes.push({ from, to, insert });
  });
  if (!differs) return transaction;
  const fitting = transaction.startState.changes(changes);
  const cursors = transaction.startState.selection.ranges.map((range) => EditorSelection.cursor(fitting.mapPos(range.to, 1)));
  return {
    changes: fitting,
    selection: EditorSelection.create(cursors, transaction.startState.selection.mainIndex),
    effects: transaction.effects,
    scrollIntoView: transaction.scrollIntoView,
    userEvent: transaction.isUserEvent("delete") ? "delete" : "input",
  };
}

/** From before a CRLF to the line after it: it is one step of the cursor. */
function pastLineEnd(extend: boolean): Command {
  return (view) => {
    const { doc, selection } = view.state;
    const { anchor, head, empty } = selection.main;
    if (selection.ranges.length > 1 || (!empty && !extend) || !isInside(doc, head + 1)) return false;
    const to = head + 2;
    view.dispatch({ selection: { anchor: extend ? anchor : to, head: to }, scrollIntoView: true, userEvent: "select" });
    return true;
  };
}

/** A cursor that a key or the mouse puts between CR and LF stays before the CR, where the line ends for its writer. */
function outsideLineEnds(transaction: Transaction): Transaction | readonly TransactionSpec[] {
  const { selection, newDoc } = transaction;
  if (!selection || !selection.ranges.some(({ anchor, head }) => isInside(newDoc, anchor) || isInside(newDoc, head))) return transaction;
  const outside = (at: number) => (isInside(newDoc, at) ? at - 1 : at);
  const ranges = selection.ranges.map(({ anchor, head }) => EditorSelection.range(outside(anchor), outside(head)));
  return [transaction, { selection: EditorSelection.create(ranges, selection.mainIndex), sequential: true }];
}

/**
 * A range that does not cut a CRLF in two: what would come between goes before it, and what deletes half of it deletes it.
 * Enter before a CRLF replaces its CR, as it does with spaces there: the CRLF stays.
 */
function whole(doc: Text, from: number, to: number, isDeletion: boolean): { from: number; to: number } {
  if (isDeletion && isInside(doc, to) && from === to - 1) return { from, to: to + 1 };
  const end = isInside(doc, to) ? to - 1 : to;
  const start = isInside(doc, from) ? from - 1 : from;
  return { from: start, to: Math.max(end, start) };
}

function isInside(doc: Text, at: number): boolean {
  return at > 0 && at < doc.length && doc.sliceString(at - 1, at + 1) === "\r\n";
}

/** The line end that a line has, or the one before it where it is the last. */
function endAt(doc: Text, at: number): string {
  const { number } = doc.lineAt(at);
  const line = doc.line(number === doc.lines && number > 1 ? number - 1 : number);
  return line.number < doc.lines && line.text.endsWith("\r") ? "\r\n" : "\n";
}
