/** The short forms of people's names; `workspace/people.py` makes the same. */

const TITLES = new Set(["dr", "miss", "mr", "mrs", "ms", "mx", "prof", "sir"]);

function isTitle(word: string): boolean {
  return TITLES.has(word.toLowerCase()) || (word.endsWith(".") && word.length > 2);
}

function withoutTitles(name: string): string[] {
  const words = name.trim().split(/\s+/);
  const start = words.findIndex((word) => !isTitle(word));
  return words.slice(start < 0 ? -1 : start);
}

/** What a narrow place calls somebody: the first word of their name that is no title. */
export function firstNameOf(name: string): string {
  return withoutTitles(name)[0] ?? name;
}

export function initialsOf(name: string): string {
  const words = withoutTitles(name);
  const first = words[0] || "?";
  const last = words.at(-1) ?? "";
  return (words.length > 1 ? first.charAt(0) + last.charAt(0) : first.slice(0, 2)).toUpperCase();
}
