import { diff } from "@codemirror/merge";

/** A stretch of lines: unchanged, changed by one side, by both alike, or by both differently. */
export interface Part {
  kind: "same" | "theirs" | "yours" | "both" | "conflict";
  base: string[];
  theirs: string[];
  yours: string[];
}

interface Hunk {
  fromA: number;
  toA: number;
  fromB: number;
  toB: number;
}

/** Characters that represent lines: from here on, without the surrogates. */
const FIRST = 0x100;
const SURROGATES = { from: 0xd800, count: 0x800 };
const MAX_LINES = 0x10000 - FIRST - SURROGATES.count;

/**
 * What both sides made of the text that they started from, stretch by stretch (three-way merge by lines). Stretches that
 * only one side changed need no choice; where the two changed the same lines differently, a person chooses.
 */
export function merge3(base: string[], theirs: string[], yours: string[]): Part[] {
  const encode = encoder();
  const [baseCode, theirCode, yourCode] = [base, theirs, yours].map((lines) => lines.map(encode).join(""));
  if (encode("").length === 0) return [{ kind: "conflict", base, theirs, yours }];
  return combine({ base, theirs, yours }, hunks(baseCode!, theirCode!), hunks(baseCode!, yourCode!));
}

function hunks(a: string, b: string): Hunk[] {
  return diff(a, b, { scanLimit: 5000, timeout: 500 }).map(({ fromA, toA, fromB, toB }) => ({ fromA, toA, fromB, toB }));
}

/** A character for each different line; an empty text once there are more lines than characters. */
function encoder(): (line: string) => string {
  const codes = new Map<string, string>();
  return (line) => {
    let code = codes.get(line);
    if (code === undefined && codes.size < MAX_LINES) {
      const number = FIRST + codes.size;
      code = String.fromCharCode(number < SURROGATES.from ? number : number + SURROGATES.count);
      codes.set(line, code);
    }
    return code ?? "";
  };
}

function combine(texts: Record<"base" | "theirs" | "yours", string[]>, theirs: Hunk[], yours: Hunk[]): Part[] {
  const { base } = texts;
  const parts: Part[] = [];
  let at = 0;
  const same = (to: number) => {
    const lines = base.slice(at, to);
    if (lines.length) parts.push({ kind: "same", base: lines, theirs: lines, yours: lines });
  };
  let [i, j] = [0, 0];
  while (i < theirs.length || j < yours.length) {
    const from = Math.min(theirs[i]?.fromA ?? Infinity, yours[j]?.fromA ?? Infinity);
    let to = from;
    const [firstOfTheirs, firstOfYours] = [i, j];
    const reaches = (hunk: Hunk | undefined) => hunk !== undefined && (hunk.fromA === from || hunk.fromA < to);
    for (;;) {
      if (reaches(theirs[i])) to = Math.max(to, theirs[i++]!.toA);
      else if (reaches(yours[j])) to = Math.max(to, yours[j++]!.toA);
      else break;
    }
    same(from);
    at = to;
    const ofTheirs = side(texts, "theirs", theirs.slice(firstOfTheirs, i), from, to);
    const ofYours = side(texts, "yours", yours.slice(firstOfYours, j), from, to);
    const kind = j === firstOfYours ? "theirs" : i === firstOfTheirs ? "yours" : equal(ofTheirs, ofYours) ? "both" : "conflict";
    parts.push({ kind, base: base.slice(from, to), theirs: ofTheirs, yours: ofYours });
  }
  same(base.length);
  return parts;
}

/** What one side made of the lines of the base from `from` to `to`. */
function side(texts: Record<string, string[]>, name: string, own: Hunk[], from: number, to: number): string[] {
  const [first, last] = [own[0], own.at(-1)];
  if (!first || !last) return texts["base"]!.slice(from, to);
  return texts[name]!.slice(first.fromB - (first.fromA - from), last.toB + (to - last.toA));
}

function equal(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}
