/**
 * Why a text is not the JSON object that a configuration must be, in words, at its place, before anything is sent.
 *
 * Stricter than JSON.parse, as the server is (I-JSON, RFC 7493): no name twice, no lone surrogate, no number that a
 * double cannot hold, at most 100 levels.
 */
export interface JsonProblem {
  /** The key of its text in `workspace/script_texts.py`. */
  key: string;
  values: Record<string, string>;
  from: number;
  to: number;
  /** What would correct it, where one change would. */
  fix?: { key: string; from: number; to: number; insert: string };
}

const MAX_LEVELS = 100;
const BYTE_ORDER_MARK = "\uFEFF";
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const NO_NUMBER = /-?(?:NaN|Infinity)\b/y;
const WORD = /[A-Za-z_][\w]*/y;
const SPACE = /[ \t\n\r]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const COMMENT = /\/\/[^\n\r]*|#[^\n\r]*|\/\*[\s\S]*?(?:\*\/|$)/y;
/** What other languages and word processors put around a string. */
const OTHER_QUOTES = /'[^'\n\r]*'?|‘[^’\n\r]*’?|“[^”\n\r]*”?|`[^`\n\r]*`?/y;
/** Between its quotes, what would mean the same between double quotes. */
const MEANS_THE_SAME = /^(?:'[^'"\\]+'|‘[^’"\\]+’|“[^”"\\]+”|`[^`"\\]+`)$/;
/** A single word: not the first of several that somebody forgot to quote. */
const ALONE = /[ \t]*(?=[\n\r,:}\]]|$)/y;
const LITERALS: ReadonlyMap<string, string> = new Map([
  ["True", "true"],
  ["TRUE", "true"],
  ["False", "false"],
  ["FALSE", "false"],
  ["None", "null"],
  ["Null", "null"],
  ["NULL", "null"],
  ["undefined", "null"],
]);

class Problem extends Error {
  constructor(readonly found: JsonProblem) {
    super(found.key);
  }
}

export function checkJson(text: string, { anyValue = false } = {}): JsonProblem | null {
  try {
    new Reader(text).document(anyValue);
    return null;
  } catch (error) {
    if (error instanceof Problem) return error.found;
    throw error;
  }
}

class Reader {
  private at = 0;
  /** Where the last thing that was read ends: the place where a comma is missing. */
  private end = 0;

  constructor(private readonly text: string) {}

  document(anyValue: boolean): void {
    if (this.text.startsWith(BYTE_ORDER_MARK)) {
      this.fail("json.mark", { to: 1, fix: { key: "json.remove", from: 0, to: 1, insert: "" } });
    }
    this.space();
    if (anyValue && this.at === this.text.length) this.fail("json.empty", {});
    if (!anyValue && this.text[this.at] !== "{") this.fail("json.object", { to: this.text.length });
    this.value(1);
    this.space();
    if (this.at < this.text.length) this.fail("json.after_end", { to: this.text.length });
  }

  private value(level: number): void {
    const next = this.text[this.at];
    const word = this.peek(NO_NUMBER);
    if (word) this.fail("json.no_number", { to: this.at + word.length, values: { word } });
    if (next === "{") this.object(level);
    else if (next === "[") this.array(level);
    else if (next === '"') this.string();
    else if (next === "-" || (next !== undefined && next >= "0" && next <= "9")) this.number();
    else this.word();
    this.end = this.at;
  }

  private object(level: number): void {
    this.open(level);
    const names = new Map<string, number>();
    while (!this.closes("}")) {
      const from = this.at;
      if (this.text[this.at] !== '"') this.noName();
      const name = this.string();
      const first = names.get(name);
      if (first !== undefined) this.fail("json.twice", { from, to: this.at, values: { name, line: this.lineAt(first) } });
      names.set(name, from);
      this.end = this.at;
      this.space();
      if (this.text[this.at] !== ":") this.fail("json.colon", { from: this.end, values: { name } });
      this.at += 1;
      this.space();
      this.value(level + 1);
      this.separator("}");
    }
  }

  private array(level: number): void {
    this.open(level);
    while (!this.closes("]")) {
      this.value(level + 1);
      this.separator("]");
    }
  }

  private open(level: number): void {
    if (level > MAX_LEVELS) this.fail("json.deep", {});
    this.at += 1;
    this.end = this.at;
    this.space();
  }

  private closes(bracket: string): boolean {
    if (this.text[this.at] !== bracket) return false;
    this.at += 1;
    return true;
  }

  private separator(bracket: string): void {
    this.space();
    const next = this.text[this.at];
    if (next === bracket) return;
    if (next === ",") {
      const comma = this.at;
      this.at += 1;
      this.space();
      if (this.text[this.at] === bracket) {
        const fix = { key: "json.remove", from: comma, to: comma + 1, insert: "" };
        this.fail("json.last_comma", { from: comma, to: comma + 1, fix });
      }
      return;
    }
    if (next === undefined || next === "}" || next === "]") this.fail("json.bracket", { from: this.end, values: { bracket } });
    const shown = this.text.slice(this.at).match(/^"[^"\n]*"|^\S+/)?.[0] ?? "";
    if (next === ";") {
      const place = { from: this.at, to: this.at + 1 };
      this.fail("json.semicolon", { ...place, fix: { key: "json.remove", ...place, insert: "" } });
    }
    this.fail("json.comma", {
      from: this.end,
      values: { next: shown.slice(0, 40) },
      fix: { key: "json.comma.fix", from: this.end, to: this.end, insert: "," },
    });
  }

  private string(): string {
    const from = this.at;
    this.at += 1;
    for (;;) {
      const next = this.text[this.at];
      if (next === undefined || next === "\n") this.fail("json.quote", { from, to: this.at });
      else if (next === '"') break;
      else if (next === "\\") this.at += this.match(ESCAPE, "json.escape").length;
      else if (next < " ") this.fail("json.control", { to: this.at + 1 });
      else this.at += 1;
    }
    this.at += 1;
    const value = JSON.parse(this.text.slice(from, this.at)) as string;
    if (!isWellFormed(value) || value.includes("\0")) this.fail("json.surrogate", { from, to: this.at });
    return value;
  }

  private number(): void {
    const from = this.at;
    const digits = this.match(NUMBER, "json.number");
    this.at += digits.length;
    if (/[\w.+]/.test(this.text[this.at] ?? "")) this.fail("json.number", { from, to: this.at + 1 });
    if (!Number.isFinite(Number(digits))) this.fail("json.large", { from, to: this.at });
  }

  private word(): void {
    const word = this.peek(WORD);
    if (word === "true" || word === "false" || word === "null") {
      this.at += word.length;
      return;
    }
    this.otherQuotes();
    if (!word) this.fail("json.value", { from: this.at < this.text.length ? this.at : this.end });
    const [from, to, literal] = [this.at, this.at + word.length, LITERALS.get(word)];
    if (literal) this.fail("json.literal", { to, values: { word, literal }, fix: { key: "json.literal.fix", from, to, insert: literal } });
    this.fail("json.word", { to, values: { word }, ...this.quoting(word) });
  }

  private noName(): never {
    if (this.at >= this.text.length) this.fail("json.bracket", { from: this.end, values: { bracket: "}" } });
    this.otherQuotes();
    const word = this.peek(WORD);
    this.fail("json.name", { to: this.at + Math.max(word.length, 1), ...(word && this.quoting(word)) });
  }

  /** Refuse a string in quotes of another kind; where nothing in it must change, double quotes are offered. */
  private otherQuotes(): void {
    const found = this.peek(OTHER_QUOTES);
    if (!found) return;
    const [from, to] = [this.at, this.at + found.length];
    const fix = { key: "json.quotes.fix", from, to, insert: `"${found.slice(1, -1)}"` };
    this.fail("json.quotes", { to, ...(MEANS_THE_SAME.test(found) ? { fix } : {}) });
  }

  private quoting(word: string): Pick<JsonProblem, "fix"> {
    const [from, to] = [this.at, this.at + word.length];
    ALONE.lastIndex = to;
    return ALONE.test(this.text) ? { fix: { key: "json.quotes.fix", from, to, insert: `"${word}"` } } : {};
  }

  private space(): void {
    this.at += this.peek(SPACE).length;
    const comment = this.peek(COMMENT);
    if (!comment) return;
    const [from, to] = [this.at, this.at + comment.length];
    const fix = { key: "json.remove", ...this.wholeLines(from, to), insert: "" };
    this.fail("json.comment", { to, fix });
  }

  /** With the line that it leaves empty, or the spaces before it. */
  private wholeLines(from: number, to: number): { from: number; to: number } {
    const before = this.text.slice(0, from).match(/[ \t]*$/)!.index!;
    const isFirst = before === 0 || this.text[before - 1] === "\n";
    const end = this.text.slice(to).match(/^[ \t]*(?:\r?\n|$)/)?.[0];
    if (end === undefined) return { from, to };
    return isFirst ? { from: before, to: to + end.length } : { from: before, to };
  }

  private lineAt(at: number): string {
    return String(this.text.slice(0, at).split("\n").length);
  }

  private peek(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text)?.[0] ?? "";
  }

  private match(pattern: RegExp, otherwise: string): string {
    const found = this.peek(pattern);
    if (!found) this.fail(otherwise, { to: this.at + 1 });
    return found;
  }

  private fail(
    key: string,
    { from = this.at, to = from, values = {}, fix }: Partial<Omit<JsonProblem, "key">>,
  ): never {
    const end = Math.min(Math.max(to, from), this.text.length);
    throw new Problem({ key, values, from, to: end, ...(fix ? { fix } : {}) });
  }
}

/** As String.prototype.isWellFormed (ES2024): without a lone surrogate. */
function isWellFormed(text: string): boolean {
  return !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text);
}
