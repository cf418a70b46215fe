import { StreamLanguage, type StreamParser, syntaxHighlighting } from "@codemirror/language";
import { tagHighlighter, tags } from "@lezer/highlight";

const KEYWORDS: ReadonlySet<string> = new Set(
  "and break do else elseif end false for function goto if in local nil not or repeat return then true until while".split(" "),
);
/** What a script finds in its environment (`docs/scripts.md`). */
const GIVEN: ReadonlySet<string> = new Set(
  (
    "args assert context coroutine core csv error getmetatable ipairs json log math next pairs pcall print rawequal rawget " +
    "rawlen rawset require select setmetatable string table tonumber tostring type utf8 xpcall"
  ).split(" "),
);
const OPENS = /^(?:do|function|repeat|then|else|elseif|\{|\()$/;
const CLOSES = /^(?:end|until|else|elseif|\}|\))$/;
const CLOSES_LINE = /^\s*(?:end\b|until\b|else\b|elseif\b|\}|\))/;
const NUMBER = /^(?:0[xX][\da-fA-F]*(?:\.[\da-fA-F]*)?(?:[pP][+-]?\d+)?|\d*\.?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)/;

interface State {
  /** How many `=` a long bracket has, and what it holds; null outside of one. */
  long: { level: number; style: string } | null;
  depth: number;
  /** Whether the word before is one of those given, and a point follows it: what comes next is a member of it. */
  isMember: boolean;
}

/** Lua 5.4 for the editor, by lines; the long brackets are the only thing that a line needs of those before. */
const parser: StreamParser<State> = {
  name: "lua",
  startState: () => ({ long: null, depth: 0, isMember: false }),
  copyState: (state) => ({ ...state }),
  token(stream, state) {
    if (state.long) return longBracket(stream, state);
    if (stream.eatSpace()) return null;
    const opening = stream.match(/^(--)?\[(=*)\[/) as RegExpMatchArray | null;
    if (opening) {
      state.long = { level: opening[2]!.length, style: opening[1] ? "comment" : "string" };
      return longBracket(stream, state);
    }
    if (stream.match("--")) {
      stream.skipToEnd();
      return "comment";
    }
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/) || stream.match(/^'(?:[^'\\]|\\.)*'?/)) return end(state, "string");
    if (stream.match(/^[A-Za-z_]\w*/)) return word(stream.current(), stream.match(/^\s*[.:]/, false) !== null, state);
    if (stream.match(NUMBER)) return end(state, "number");
    const sign = stream.next() ?? "";
    if (sign !== "." && sign !== ":") state.isMember = false;
    count(sign, state);
    return null;
  },
  indent(state, textAfter, context) {
    const depth = state.depth - (CLOSES_LINE.test(textAfter) ? 1 : 0);
    return state.long ? null : Math.max(depth, 0) * context.unit;
  },
  languageData: { commentTokens: { line: "--", block: { open: "--[[", close: "]]" } }, indentOnInput: /^\s*(?:end|until|else|elseif|\}|\))$/ },
};

type Stream = Parameters<StreamParser<State>["token"]>[0];

function longBracket(stream: Stream, state: State): string {
  const { level, style } = state.long!;
  const closing = `]${"=".repeat(level)}]`;
  if (stream.skipTo(closing)) {
    stream.match(closing);
    state.long = null;
  } else stream.skipToEnd();
  return style;
}

function word(name: string, isFollowed: boolean, state: State): string {
  const wasMember = state.isMember;
  state.isMember = isFollowed && (wasMember || GIVEN.has(name));
  if (wasMember) return "builtin";
  if (KEYWORDS.has(name)) {
    count(name, state);
    return "keyword";
  }
  return GIVEN.has(name) ? "builtin" : "variableName";
}

function end(state: State, style: string): string {
  state.isMember = false;
  return style;
}

function count(token: string, state: State): void {
  if (CLOSES.test(token)) state.depth = Math.max(state.depth - 1, 0);
  if (OPENS.test(token)) state.depth += 1;
}

const looks = tagHighlighter([
  { tag: tags.keyword, class: "tok-keyword" },
  { tag: tags.standard(tags.variableName), class: "tok-given" },
]);

export const lua = [StreamLanguage.define(parser), syntaxHighlighting(looks)];
