export const MOST_TEXT = 20_000;
export const MOST_ELEMENTS = 3_000;

/** What cannot be drawn; the message says why. */
export class NotDrawn extends Error {}

/** Refuse more elements than a view may draw, before they are made. Raises `NotDrawn`. */
export function checkCount(count: number): void {
  if (count > MOST_ELEMENTS) throw new NotDrawn(`> ${MOST_ELEMENTS}`);
}

/** Reads what a view says of an element: whatever it is, it becomes a text, a number, or nothing. */
export class Attributes {
  private readonly given: Record<string, unknown>;

  constructor(given: unknown) {
    this.given = typeof given === "object" && given !== null && !Array.isArray(given) ? (given as Record<string, unknown>) : {};
  }

  /** A member of its own: what objects have by themselves was not said. */
  get(name: string): unknown {
    return Object.hasOwn(this.given, name) ? this.given[name] : undefined;
  }

  text(name: string): string {
    return wordsOf(this.get(name));
  }

  /** Whether a text or a number was given. */
  has(name: string): boolean {
    const value = this.get(name);
    return typeof value === "string" || typeof value === "number";
  }

  number(name: string, otherwise: number): number {
    const value = this.get(name);
    return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
  }

  flag(name: string): boolean {
    return this.get(name) === true;
  }

  /** One of these words, the first one if it is none. */
  one<Word extends string>(name: string, words: readonly [Word, ...Word[]]): Word {
    const value = this.get(name);
    return words.find((each) => each === value) ?? words[0];
  }

  /** Raises `NotDrawn`. */
  list(name: string): unknown[] {
    const value = this.get(name);
    if (!Array.isArray(value)) return [];
    checkCount(value.length);
    return value;
  }
}

/** A text of at most 20,000 characters; empty for what is neither a text nor a number. */
export function wordsOf(value: unknown): string {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  return typeof value === "string" ? value.slice(0, MOST_TEXT) : "";
}
