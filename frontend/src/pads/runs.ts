import type { ChangeSet } from "@codemirror/state";
import type { Run } from "./protocol";

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

/** Whose characters a text has after changes by `writer`; `credits` says whose words they bring back. */
export function runsAfter(runs: readonly Run[], changes: ChangeSet, writer: number, credits: readonly Run[] | null): Run[] {
  const before = new Runs(runs);
  const inserted = new Runs(credits ?? []);
  const after = new Runs();
  let at = 0;
  changes.iterChanges((from, to, fromB, toB) => {
    after.add(before.take(from - at));
    before.take(to - from);
    const credited = inserted.take(toB - fromB);
    after.add(credited);
    after.add([[writer, toB - fromB - credited.reduce((sum, [, length]) => sum + length, 0)]]);
    at = to;
  });
  after.add(before.take(Infinity));
  return after.runs;
}

/** How many characters (UTF-16 units) each writer has. */
export function countByWriter(runs: readonly Run[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const [writer, length] of runs) counts.set(writer, (counts.get(writer) ?? 0) + length);
  return counts;
}
