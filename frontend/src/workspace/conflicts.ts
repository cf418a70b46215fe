import { say } from "../texts";
import { short } from "../time";
import { attempt } from "./attempt";
import type { Conflict } from "./conflict";
import { project } from "./instance";
import type { Field } from "./field";
import { fetchText, type KeptText } from "./server";

/** The field moved under the text that this person has in it; null where it did not. */
export function conflictIn(field: Field): Conflict | null {
  if (project.proposing) return project.proposing.resolving.conflictIn(field);
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

/** Discard this person's text: the field shows what is saved. */
export function showTheirs(field: Field): void {
  if (project.proposing) {
    void attempt(project.proposing.resolving.showTheirs(field));
    return;
  }
  const { text, version } = field.moved ?? { text: field.saved, version: field.base };
  field.replace(text);
  field.settle(text, version);
  void project.autosave.safe(field);
  void project.kept.consume(field);
}

/** Make `text` this person's unsaved text, on what is saved now, under a lock of their own; false where they get none. */
export async function useText(field: Field, text: string): Promise<boolean> {
  if (project.proposing) return attempt(project.proposing.resolving.useText(field, text));
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

/** What the view of a conflict says of it, and of each side. */
export function wordsOf({ field, base, theirs, kept, words }: Conflict): NonNullable<Conflict["words"]> {
  if (words) return words;
  const { by, version } = theirs;
  const now = theirs.isUnsaved ? say("three_way.theirs_unsaved") : say("three_way.theirs", { version });
  const somebody = theirs.isUnsaved ? "three_way.about_unsaved" : "three_way.about_somebody";
  return {
    title: say(kept ? "three_way.kept" : "three_way.title", { field: field.label }),
    about: by ? say("three_way.about", { base: base.version, name: by, version }) : say(somebody, { base: base.version, version }),
    base: say("three_way.base", { version: base.version }),
    theirs: by ? say("three_way.theirs_by", { version, name: by }) : now,
    yours: kept ? say("three_way.yours_kept", { time: short(new Date(kept.updated_at)) }) : say("three_way.yours"),
  };
}
