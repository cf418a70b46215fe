import { project } from "./instance";
import type { Field } from "./field";
import { fetchText, type KeptText } from "./server";

/** Two texts that were both made from a third one. */
export interface Conflict {
  field: Field;
  base: { version: number; text: string };
  /** What the field has now; `by` is empty where nobody is to be named. */
  theirs: { version: number; text: string; by: string; isUnsaved: boolean };
  yours: string;
  /** Where `yours` is offered from. */
  kept: KeptText | null;
}

/** The field moved under the text that this person has in it; null where it did not. */
export function conflictIn(field: Field): Conflict | null {
  if (!field.moved || !field.state) return null;
  const base = { version: field.base, text: field.saved };
  return { field, base, theirs: { ...field.moved, isUnsaved: false }, yours: field.text, kept: null };
}

/** A kept text that was made from another text than the field has now; null where both are the same. */
export async function conflictOf(field: Field, kept: KeptText): Promise<Conflict | null> {
  const text = await fetchText(project.urls.text, kept.field_then, kept.version);
  const now = field.isWatched ? field.saved : field.text;
  if (text === now) return null;
  const theirs = { version: field.base, text: now, by: "", isUnsaved: field.isDirty };
  return { field, base: { version: kept.version, text }, theirs, yours: kept.content, kept };
}

/** A kept text is this person's text in the field now: it is kept there before the offered one goes. */
export async function finishRestoring(field: Field, kept: KeptText): Promise<void> {
  await project.autosave.now(field);
  await project.kept.discard(kept);
}

/** Let go of this person's text: the field shows what is saved. */
export function showTheirs(field: Field): void {
  const { text, version } = field.moved ?? { text: field.saved, version: field.base };
  field.replace(text);
  field.settle(text, version);
  void project.autosave.safe(field);
  void project.kept.consume(field);
}

/** Make `text` this person's unsaved text, on what is saved now, under a lock of their own; false where they get none. */
export async function useText(field: Field, text: string): Promise<boolean> {
  const { moved } = field;
  if (moved) showTheirs(field);
  if (await project.locks.take(field)) {
    field.replace(text, { typed: true });
    return true;
  }
  if (moved) {
    field.replace(text);
    field.moved = moved;
    project.autosave.soon(field);
  }
  return false;
}
