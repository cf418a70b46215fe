import type { Field } from "./field";
import type { KeptText } from "./server";

/** Two texts that were both made from a third one. */
export interface Conflict {
  field: Field;
  base: { version: number; text: string };
  /** What the field has now; `by` is empty where nobody is to be named. */
  theirs: { version: number; text: string; by: string; isUnsaved: boolean };
  yours: string;
  /** Where `yours` is offered from. */
  kept: KeptText | null;
  /** What the sides are called, where they are not versions and unsaved text. */
  words?: { title: string; about: string; base: string; theirs: string; yours: string };
}
