import { merge3 } from "../workspace/merge3";

/** Two texts to be looked at beside each other, and what is done with the right one. */
export interface Comparison {
  label: string;
  left: string;
  right: string;
  leftLabel: string;
  savedBy: string;
  /** The text that both began with, where it is known. */
  base: string | null;
  use: (text: string) => void;
}

/** Both changes in one text; null where they are at the same lines, or nobody knows what they began with. */
export function merged({ left, right, base }: Comparison): string | null {
  if (base === null) return null;
  const parts = merge3(base.split("\n"), left.split("\n"), right.split("\n"));
  if (parts.some(({ kind }) => kind === "conflict")) return null;
  return parts.flatMap(({ kind, theirs, yours }) => (kind === "theirs" ? theirs : yours)).join("\n");
}
