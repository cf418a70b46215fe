import { ChangeSet, type Text } from "@codemirror/state";
import { differenceOf } from "../editor/differences";
import type { PadChange, Edit } from "./protocol";

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
