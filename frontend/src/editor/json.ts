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
  /** What would mend it, where one change would. */
  fix?: { key: string; from: number; to: number; insert: string };
}

const MAX_LEVELS = 100;
const BYTE_ORDER_MARK = "\uFEFF";
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_][\w]*/y;
const SPACE = /[ \t\n\r]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

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
      this.fail("json.mark", { to: 1, fix: { key: "json.mark.fix", from: 0, to: 1, insert: "" } });
    }
    this.space();
    if (!anyValue && this.text[this.at] !== "{") this.fail("json.object", { to: this.text.length });
    this.value(1);
    this.space();
    if (this.at < this.text.length) this.fail("json.after_end", { to: this.text.length });
  }

  private value(level: number): void {
    const next = this.text[this.at];
    if (next === "{") this.object(level);
    else if (next === "[") this.array(level);
    else if (next === '"') this.string();
    else if (next === "-" || (next !== undefined && next >= "0" && next <= "9")) this.number();
    else this.word();
    this.end = this.at;
  }

  private object(level: number): void {
    this.open(level);
    const names = new Set<string>();
    while (!this.closes("}")) {
      const from = this.at;
      if (this.text[this.at] !== '"') this.fail("json.name", { to: this.at + 1 });
      const name = this.string();
      if (names.has(name)) this.fail("json.twice", { from, to: this.at, values: { name } });
      names.add(name);
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
      if (this.text[this.at] === bracket) this.fail("json.last_comma", { from: comma, to: comma + 1 });
      return;
    }
    if (next === undefined || next === "}" || next === "]") this.fail("json.bracket", { from: this.end, values: { bracket } });
    const shown = this.text.slice(this.at).match(/^"[^"\n]*"|^\S+/)?.[0] ?? "";
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
    if (word === "true" || word === "false" || word === "null") this.at += word.length;
    else if (word) this.fail("json.word", { to: this.at + word.length, values: { word } });
    else this.fail("json.value", { from: this.at < this.text.length ? this.at : this.end });
  }

  private space(): void {
    this.at += this.peek(SPACE).length;
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

/** As String.prototype.isWellFormed (ES2024): no surrogate stands alone. */
function isWellFormed(text: string): boolean {
  return !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text);
}
