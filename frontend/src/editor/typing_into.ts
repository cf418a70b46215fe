import type { ChangeSet } from "@codemirror/state";
import type * as Y from "yjs";

/** The server takes 2,000 items and as many ranges of one update. */
const AT_ONCE = 300;

/** Change a text of Yjs as an editor does, in as many updates as the server takes. */
export function typeInto(text: Y.Text, changes: ChangeSet): void {
  const parts: { from: number; to: number; insert: string }[] = [];
  changes.iterChanges((from, to, _fromB, _toB, insert) => parts.push({ from, to, insert: insert.toString() }));
  // From the end, so that the positions before stay as they are.
  parts.reverse();
  for (let at = 0; at < parts.length; at += AT_ONCE) {
    text.doc!.transact(() => {
      for (const { from, to, insert } of parts.slice(at, at + AT_ONCE)) {
        if (to > from) text.delete(from, to - from);
        if (insert) text.insert(from, insert);
      }
    });
  }
}
