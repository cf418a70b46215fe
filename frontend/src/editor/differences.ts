import { diff } from "@codemirror/merge";
import { ChangeSet, type Text } from "@codemirror/state";

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
