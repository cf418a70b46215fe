import { say } from "../texts";

/** What the server can keep of no text: it refuses the whole text, so the page says where it is. */
export interface Unstorable {
  kind: "nul" | "surrogate" | "long";
  from: number;
  to: number;
  /** How many characters would have to go; 0 where only its writer knows which. */
  removable: number;
}

const FORBIDDEN = /\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** The first thing in `text` that cannot be stored; `limit` is in bytes of UTF-8. */
export function findUnstorable(text: string, limit: number): Unstorable | null {
  const found = [...text.matchAll(FORBIDDEN)];
  const [first] = found;
  if (first) {
    const kind = first[0] === "\0" ? "nul" : "surrogate";
    return { kind, from: first.index, to: first.index + 1, removable: found.length };
  }
  // A code unit is at most 3 bytes: only a text that may be too long is encoded.
  if (text.length * 3 <= limit) return null;
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(limit));
  return read < text.length ? { kind: "long", from: read, to: text.length, removable: 0 } : null;
}

/** The changes that take every such character out. */
export function removingUnstorable(text: string): { from: number; to: number }[] {
  return [...text.matchAll(FORBIDDEN)].map(({ index }) => ({ from: index, to: index + 1 }));
}

/** Why, and where, in words. */
export function explainUnstorable({ kind, from }: Unstorable, text: string, limit: number): string {
  const before = text.slice(0, from);
  const [line, column] = [before.split("\n").length, from - before.lastIndexOf("\n")];
  if (kind !== "long") return say(kind === "nul" ? "unstorable.nul" : "unstorable.surrogate", { line, column });
  const size = new TextEncoder().encode(text).length;
  const n = (bytes: number) => bytes.toLocaleString(document.documentElement.lang);
  return say("unstorable.long", { line, size: n(size), limit: n(limit) });
}
