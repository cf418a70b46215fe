import type { Text } from "@codemirror/state";

export interface Heading {
  text: string;
  /** 1-based. */
  line: number;
}

const MAX_HEADINGS = 200;

/** The parts of a text that a reader jumps between: Markdown headings, first-level keys of JSON and YAML. */
export function outlineOf(doc: Text, language: string): Heading[] {
  if (language === "markdown") return collect(doc, markdownHeading());
  if (language === "json") return collect(doc, jsonKey());
  if (language === "yaml") return collect(doc, (line) => /^([\w./-]+|"[^"]+")\s*:(?:\s|$)/.exec(line)?.[1] ?? null);
  return [];
}

function collect(doc: Text, read: (line: string) => string | null): Heading[] {
  const found: Heading[] = [];
  let number = 0;
  for (const line of doc.iterLines()) {
    number += 1;
    const text = read(line);
    if (text) found.push({ text, line: number });
    if (found.length === MAX_HEADINGS) break;
  }
  return found;
}

function markdownHeading(): (line: string) => string | null {
  let fence = "";
  return (line) => {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark && (!fence || mark.startsWith(fence))) fence = fence ? "" : mark;
    const title = fence ? undefined : /^ {0,3}#{1,6}\s+(.*)/s.exec(line)?.[1];
    return title === undefined ? null : withoutClosing(title);
  };
}

/** A title without the marks that may close it; none of this takes longer than the line is. */
function withoutClosing(title: string): string {
  const text = title.trimEnd();
  let end = text.length;
  while (text[end - 1] === "#") end -= 1;
  return text.slice(0, end).trimEnd();
}

function jsonKey(): (line: string) => string | null {
  let depth = 0;
  return (line) => {
    const key = depth === 1 ? /^\s*"((?:[^"\\]|\\.)*)"\s*:/.exec(line)?.[1] : undefined;
    for (const bracket of line.replace(/"(?:[^"\\]|\\.)*"?/g, "").match(/[{}[\]]/g) ?? []) {
      depth += bracket === "{" || bracket === "[" ? 1 : -1;
    }
    return key ?? null;
  };
}
