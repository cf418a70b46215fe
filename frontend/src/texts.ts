import { spellOut } from "./invisible";

/** The page's words, translated by Django (`workspace/script_texts.py`), with `{name}` places. */
export type Texts = Record<string, string>;

let texts: Texts = {};

export function useTexts(given: Texts): void {
  texts = { ...texts, ...given };
}

/** The words of a part of the page, beside those that it has. */
export function addTexts(more: Texts): void {
  texts = { ...texts, ...more };
}

export function say(key: string, values: Record<string, string | number> = {}): string {
  const text = texts[key];
  if (text === undefined) throw new Error(`No text ${key}`);
  return text.replace(/\{(\w+)\}/g, (place, name: string) => spellOut(String(values[name] ?? place)));
}

/** As `say`, by number: `key.one` or `key.other`. */
export function count(key: string, n: number, values: Record<string, string | number> = {}): string {
  return say(`${key}.${n === 1 ? "one" : "other"}`, { n: n.toLocaleString(document.documentElement.lang), ...values });
}
