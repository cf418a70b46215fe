import { diff } from "@codemirror/merge";
import { ChangeSet, Text } from "@codemirror/state";
import type { PadChange, Edit } from "./protocol";

/** A very different text is compared roughly rather than slowly. */
const LIMITS = { scanLimit: 1_000, timeout: 200 };

/** The changes that make one text of another. */
export function differenceOf(before: Text, after: Text): ChangeSet {
  const found = diff(before.toString(), after.toString(), LIMITS);
  const changes = found.map(({ fromA, toA, fromB, toB }) => ({ from: fromA, to: toA, insert: after.slice(fromB, toB) }));
  return ChangeSet.of(changes, before.length);
}

/** As `differenceOf`, as one range: for positions, where it need only be quick. */
export function rangeOf(before: string, after: string): ChangeSet {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start += 1;
  let end = 0;
  while (end < most - start && before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)) end += 1;
  if (start === before.length && start === after.length) return ChangeSet.empty(before.length);
  const insert = after.slice(start, after.length - end);
  return ChangeSet.of({ from: start, to: before.length - end, insert }, before.length, "\n");
}

/** What was typed into a faulty text, as a change of the right one. */
export function typedSince(faulty: Text, own: Text, right: Text): ChangeSet {
  return differenceOf(faulty, own).map(differenceOf(faulty, right));
}

export function changesOf(edits: readonly Edit[], length: number): ChangeSet {
  return ChangeSet.of(
    edits.map((edit) => ({ from: edit.pos, to: edit.pos + edit.delete, insert: edit.insert })),
    length,
    "\n",
  );
}

/**
 * What somebody wrote over `base`, as a change of the text after `changes`: those of others move it, and what is among
 * them already (`isOwn`) is not written twice. Answers the text after `changes`, too.
 */
export function rebased(
  base: Text,
  own: Text,
  changes: readonly PadChange[],
  isOwn: (change: PadChange) => boolean,
): { base: Text; typed: ChangeSet } {
  let typed = differenceOf(base, own);
  for (const change of changes) {
    const made = changesOf(change.edits, base.length);
    const next = made.apply(base);
    if (isOwn(change)) typed = differenceOf(next, typed.apply(base));
    else typed = typed.map(made);
    base = next;
  }
  return { base, typed };
}
