import { type ChangeSpec, EditorState, type Transaction, type TransactionSpec } from "@codemirror/state";
import { ySyncAnnotation } from "y-codemirror.next";

/** What no text can hold: NUL, and half a character. */
const UNFIT = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * A change takes whole characters: Yjs and the server count in UTF-16 units, and the halves of a character that are
 * replaced apart would not come together again.
 */
export const wholeCharacters = EditorState.transactionFilter.of((transaction): Transaction | TransactionSpec => {
  if (!transaction.docChanged || transaction.annotation(ySyncAnnotation)) return transaction;
  const { doc } = transaction.startState;
  const changes: ChangeSpec[] = [];
  let differs = false;
  transaction.changes.iterChanges((fromA, toA, _fromB, _toB, inserted) => {
    let [from, to, insert] = [fromA, toA, inserted.toString()];
    if (isInside(doc, from)) {
      from -= 1;
      insert = doc.sliceString(from, from + 1) + insert;
    }
    if (isInside(doc, to)) {
      insert += doc.sliceString(to, to + 1);
      to += 1;
    }
    insert = insert.replace(UNFIT, (found) => (found === "\0" ? "" : "\ufffd"));
    differs ||= from !== fromA || to !== toA || insert !== inserted.toString();
    changes.push({ from, to, insert });
  });
  if (!differs) return transaction;
  const fitting = transaction.startState.changes(changes);
  const { selection, effects, scrollIntoView, newDoc } = transaction;
  // Where the text stays as long as it was to be, the selection stays, too.
  const isSame = selection && fitting.newLength === newDoc.length;
  const spec = { changes: fitting, effects, scrollIntoView, userEvent: transaction.isUserEvent("delete") ? "delete" : "input" };
  return isSame ? { ...spec, selection } : spec;
});

function isInside(doc: EditorState["doc"], at: number): boolean {
  return at > 0 && at < doc.length && /^[\ud800-\udbff][\udc00-\udfff]$/.test(doc.sliceString(at - 1, at + 1));
}
