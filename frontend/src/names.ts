/** The short forms of people's names; `workspace/people.py` makes the same. */

const TITLES = new Set(["dr", "miss", "mr", "mrs", "ms", "mx", "prof", "sir"]);

/** In characters: names up to here are shown whole. */
const MAX_WHOLE_NAME = 24;

/** After a title: "Dr. h. c.", "Dr. e. h.". */
const HONORARY = new Set(["h. c.", "e. h."]);

function isTitle(word: string): boolean {
  return TITLES.has(word.toLowerCase()) || (word.endsWith(".") && word.length > 2);
}

function withoutTitles(name: string): string[] {
  const words = name.trim().split(/\s+/);
  let start = 0;
  while (start < words.length - 1) {
    if (start > 0 && HONORARY.has(words.slice(start, start + 2).join(" "))) start += 2;
    else if (isTitle(words[start]!)) start += 1;
    else break;
  }
  return words.slice(Math.min(start, words.length - 1));
}

/** What a narrow place calls somebody: the first word of their name that is no title. */
export function firstNameOf(name: string): string {
  return withoutTitles(name)[0] ?? name;
}

/** A name for a row that would cut it: a long one without the titles before it, so that what is cut is its end. */
export function briefNameOf(name: string): string {
  return name.length <= MAX_WHOLE_NAME ? name : withoutTitles(name).join(" ");
}

export function initialsOf(name: string): string {
  const words = withoutTitles(name);
  const first = words[0] || "?";
  const last = words.at(-1) ?? "";
  return (words.length > 1 ? first.charAt(0) + last.charAt(0) : first.slice(0, 2)).toUpperCase();
}
