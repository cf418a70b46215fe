import { Annotation, EditorState, type Extension, StateField } from "@codemirror/state";
import { ySyncAnnotation } from "y-codemirror.next";
import type { Run } from "./protocol";
import { rangeOf } from "./rebasing";
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
    if (!transaction.docChanged || !by) return runs;
    const inserted = new Runs(by.credits ?? []);
    const before = new Runs(runs);
    const after = new Runs();
    let at = 0;
    transaction.changes.iterChanges((from, to, fromB, toB) => {
      after.add(before.take(from - at));
      before.take(to - from);
      const credited = inserted.take(toB - fromB);
      after.add(credited);
      after.add([[by.writer, toB - fromB - lengthOf(credited)]]);
      at = to;
    });
    after.add(before.take(Infinity));
    return after.runs;
  },
});

/** Follows whose characters the text has, from what the session knows of it now. */
export function authorship(session: PadSession): Extension {
  return [
    authors.init(() => authorsOf(session)),
    EditorState.transactionExtender.of((transaction) => {
      if (!transaction.docChanged) return null;
      const change = transaction.annotation(ySyncAnnotation) ? session.applying : null;
      const { writer, credits } = change ?? { writer: session.writer ?? 0, credits: null };
      return { annotations: writtenBy.of({ writer, credits }) };
    }),
  ];
}

/** How many characters (UTF-16 units) each writer has. */
export function countByWriter(runs: readonly Run[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const [writer, length] of runs) counts.set(writer, (counts.get(writer) ?? 0) + length);
  return counts;
}

/** Those of the server's text, with what was typed over it here. */
function authorsOf(session: PadSession): Run[] {
  const before = new Runs(session.authors);
  const after = new Runs();
  let at = 0;
  rangeOf(session.base.toString(), session.ownText.toString()).iterChanges((from, to, fromB, toB) => {
    after.add(before.take(from - at));
    before.take(to - from);
    after.add([[session.writer ?? 0, toB - fromB]]);
    at = to;
  });
  after.add(before.take(Infinity));
  return after.runs;
}

function lengthOf(runs: readonly Run[]): number {
  return runs.reduce((sum, [, length]) => sum + length, 0);
}

/** Runs that are read from the front and written at the end. */
class Runs {
  readonly runs: Run[] = [];
  private index = 0;
  private used = 0;

  constructor(runs: readonly Run[] = []) {
    this.add(runs);
  }

  add(runs: readonly Run[]): void {
    for (const [writer, length] of runs) {
      const last = this.runs.at(-1);
      if (length <= 0) continue;
      if (last && last[0] === writer) last[1] += length;
      else this.runs.push([writer, length]);
    }
  }

  /** The next so many characters, or as many as there are. */
  take(length: number): Run[] {
    const taken: Run[] = [];
    for (let run = this.runs[this.index]; run && length > 0; run = this.runs[this.index]) {
      const part = Math.min(length, run[1] - this.used);
      taken.push([run[0], part]);
      length -= part;
      this.used += part;
      if (this.used === run[1]) {
        this.index += 1;
        this.used = 0;
      }
    }
    return taken;
  }
}
