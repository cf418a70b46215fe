import { ChangeSet } from "@codemirror/state";
import { part } from "../controllers/live";
import type { CommentMark } from "../editor/comments";
import { savedText } from "../editor/unsaved";
import { say } from "../texts";
import { changesBetween, type Field } from "./field";
import { project } from "./instance";

/** What a new comment is about: lines of what is saved, and the selected part of them. */
export interface Place {
  field: Field;
  from: number;
  to: number;
  quote: string;
}

/** The field that the editor shows. */
export function shownField(): Field | undefined {
  return [...project.fields.values()].find((field) => field.view);
}

export function placeWords({ from, to, quote }: Place): string {
  if (from !== to) return say("comment.on_lines", { from, to });
  return say(quote ? "comment.on_selection" : "comment.on_line", { line: from });
}

/** Where a thread is in a field's text: its quote if that is there, else its lines. */
export function markOf(thread: HTMLElement, field: Field): CommentMark | null {
  const { field: name, from, to, state, count, thread: id = "" } = thread.dataset;
  if (!field.state || name !== field.name || !from || !to || state !== "open") return null;
  const saved = savedText(field.state);
  const [first, last] = [saved.line(Math.min(Number(from), saved.lines)), saved.line(Math.min(Number(to), saved.lines))];
  const quote = part(thread, "quote")?.textContent ?? "";
  const at = quote ? saved.sliceString(first.from, last.to).indexOf(quote) : -1;
  const [start, end] = at < 0 ? [first.from, last.to] : [first.from + at, first.from + at + quote.length];
  const onto = ChangeSet.of(changesBetween(field.saved, field.text), saved.length, "\n");
  return { thread: id, from: onto.mapPos(start, 1), to: onto.mapPos(end, -1), count: Number(count) };
}

/** The selected lines of the field as they are saved. */
export function placeOfSelection(field: Field | undefined): Place | null {
  if (!field?.state || !field.exists || project.version === 0) return null;
  const saved = savedText(field.state);
  const selected = field.state.selection.main;
  const back = ChangeSet.of(changesBetween(field.text, field.saved), field.state.doc.length, "\n");
  const [from, to] = [back.mapPos(selected.from, -1), back.mapPos(selected.to, 1)];
  const quote = field.state.sliceDoc(selected.from, selected.to).replace(/^[\r\n]+|[\r\n]+$/g, "");
  const first = saved.lineAt(from);
  // A selection that ends before the first character of a line does not mean that line.
  const last = to > first.to && to === saved.lineAt(to).from ? saved.lineAt(to - 1) : saved.lineAt(to);
  const isThere = saved.sliceString(first.from, last.to).includes(quote);
  return { field, from: first.number, to: last.number, quote: isThere ? quote : "" };
}
