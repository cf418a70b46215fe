import type { Parser } from "@lezer/common";
import { highlightTree } from "@lezer/highlight";
import { parser as json } from "@lezer/json";
import { GFM, parser as markdown } from "@lezer/markdown";
import { parser as yaml } from "@lezer/yaml";
import { classes } from "../editor/classes";

// The text of an old version gets the colours of the editor, without the editor.
const parsers: Record<string, Parser> = { markdown: markdown.configure(GFM), json, jsonl: json, yaml };

function colour(table: HTMLTableElement, parser: Parser): void {
  const cells = [...table.querySelectorAll<HTMLElement>("td:last-child")];
  const lines = cells.map((cell) => cell.textContent ?? "");
  const spans: { from: number; to: number; name: string }[] = [];
  highlightTree(parser.parse(lines.join("\n")), classes, (from, to, name) => spans.push({ from, to, name }));
  let at = 0;
  let next = 0;
  cells.forEach((cell, index) => {
    const line = lines[index] ?? "";
    const end = at + line.length;
    const parts: (string | HTMLElement)[] = [];
    let done = at;
    // A mark of a hidden character stays a mark.
    if (cell.childElementCount) {
      at = end + 1;
      return;
    }
    // A token may go on over several lines.
    while (next > 0 && (spans[next - 1]?.to ?? 0) > at) next -= 1;
    for (let span = spans[next]; span && span.from < end; span = spans[(next += 1)]) {
      const [from, to] = [Math.max(span.from, done), Math.min(span.to, end)];
      if (to <= from) continue;
      const word = document.createElement("span");
      word.className = span.name;
      word.textContent = line.slice(from - at, to - at);
      parts.push(line.slice(done - at, from - at), word);
      done = to;
    }
    if (parts.length) cell.replaceChildren(...parts, line.slice(done - at));
    at = end + 1;
  });
}

/** Colour the texts of a page, each a table that names its language. */
export function colourTables(root: ParentNode): void {
  for (const table of root.querySelectorAll<HTMLTableElement>("table[data-language]")) {
    const parser = parsers[table.dataset["language"] ?? ""];
    if (parser) colour(table, parser);
  }
}
