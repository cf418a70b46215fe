import { isolateHistory } from "@codemirror/commands";
import type { ChangeSpec, EditorState, TransactionSpec } from "@codemirror/state";

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
const INDENT = "  ";
const MAX_LINE = 100;

interface Token {
  text: string;
  from: number;
}

/**
 * The change that lays JSON out: a line for each member, two spaces a level; a list of plain values that is on one
 * line stays there. Only the spaces between the tokens change, so that numbers, strings and the order of keys are kept
 * to the letter. One step of undo; null where nothing changes. The text must be JSON (`checkJson`).
 */
export function formatted(state: EditorState): TransactionSpec | null {
  const text = state.sliceDoc();
  const changes = spaces(text);
  if (changes.length === 0) return null;
  return { changes, userEvent: "input.format", annotations: isolateHistory.of("full"), scrollIntoView: true };
}

/** What the spaces before each token, and after the last, become; without those that are right. */
function spaces(text: string): ChangeSpec[] {
  const tokens = [...text.matchAll(TOKEN)].map((match): Token => ({ text: match[0], from: match.index }));
  const short = shortLists(text, tokens);
  const changes: ChangeSpec[] = [];
  let [end, level, previous] = [0, 0, ""];
  let isShort = false;
  const put = (from: number, to: number, insert: string) => {
    if (text.slice(from, to).replaceAll("\r", "") !== insert) changes.push({ from, to, insert });
  };
  for (const token of tokens) {
    const closes = token.text === "}" || token.text === "]";
    if (closes) level -= 1;
    put(end, token.from, spaceBetween(previous, token.text, isShort, `\n${INDENT.repeat(level)}`));
    if (closes) isShort = false;
    if (token.text === "{" || token.text === "[") {
      level += 1;
      isShort = short.has(token.from);
    }
    end = token.from + token.text.length;
    previous = token.text;
  }
  put(end, text.length, "\n");
  return changes;
}

function spaceBetween(before: string, next: string, isShort: boolean, newLine: string): string {
  if (before === "" || next === "," || next === ":") return "";
  if (before === ":") return " ";
  const isEmpty = (before === "{" && next === "}") || (before === "[" && next === "]");
  if (isEmpty) return "";
  if (isShort) return before === "," ? " " : "";
  return newLine;
}

/** Where the lists begin that stay on one line. */
function shortLists(text: string, tokens: readonly Token[]): ReadonlySet<number> {
  const found = new Set<number>();
  let open: Token | null = null;
  for (const token of tokens) {
    if (token.text === "[") open = token;
    else if (token.text === "{" || token.text === "}") open = null;
    else if (token.text === "]" && open) {
      const list = text.slice(open.from, token.from);
      if (list.length < MAX_LINE && !list.includes("\n")) found.add(open.from);
      open = null;
    }
  }
  return found;
}
