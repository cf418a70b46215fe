import { project } from "./instance";
import type { Field } from "./field";

/** Let go of this person's text: the field shows what is saved. */
export function showTheirs(field: Field): void {
  const { text, version } = field.moved ?? { text: field.saved, version: field.base };
  field.replace(text);
  field.settle(text, version);
  void project.autosave.safe(field);
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
