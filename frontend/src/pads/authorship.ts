import { Annotation, EditorState, type Extension, StateField } from "@codemirror/state";
import { ySyncAnnotation } from "y-codemirror.next";
import { typedBy } from "../editor/carets";
import type { Run } from "./protocol";
import { rangeOf } from "../editor/differences";
import { runsAfter } from "./runs";
import type { PadSession } from "./session";

interface Written {
  writer: number;
  /** Whose words are brought back; null for the writer's own. */
  credits: Run[] | null;
}

/** Whose change a transaction is, also where it is one's own. */
export const writtenBy = Annotation.define<Written>();

/** Whose characters the text has that is shown: runs from its beginning to its end. */
export const authors = StateField.define<Run[]>({
  create: () => [],
  update(runs, transaction) {
    const by = transaction.annotation(writtenBy);
    return transaction.docChanged && by ? runsAfter(runs, transaction.changes, by.writer, by.credits) : runs;
  },
});

/** Follows whose characters the text has, from what the session knows of it now. */
export function authorship(session: PadSession): Extension {
  return [
    authors.init(() => {
      const typed = rangeOf(session.base.toString(), session.ownText.toString());
      return runsAfter(session.authors, typed, session.writer ?? 0, null);
    }),
    EditorState.transactionExtender.of((transaction) => {
      if (!transaction.docChanged) return null;
      const change = transaction.annotation(ySyncAnnotation) ? session.applying : null;
      const { writer, credits } = change ?? { writer: session.writer ?? 0, credits: null };
      return { annotations: [writtenBy.of({ writer, credits }), typedBy.of(writer)] };
    }),
  ];
}
