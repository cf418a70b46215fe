import { markdownKeymap, markdownLanguage } from "@codemirror/lang-markdown";
import { Language } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { keymap } from "@codemirror/view";
import type { InlineContext, MarkdownParser } from "@lezer/markdown";

/** A paragraph longer than this has no colours: its parser takes time that grows with the square of its length. */
const MAX_COLOURED = 4_000;
const [NEWLINE, SPACE, BACKSLASH] = [10, 32, 92];

function passOver(context: InlineContext): number {
  return context.text.length > MAX_COLOURED ? context.end : -1;
}

/** As the parser's own, which looks at a run of spaces again from each of them. */
function hardBreak(context: InlineContext, next: number, start: number): number {
  if (next === BACKSLASH && context.char(start + 1) === NEWLINE) return context.addElement(context.elt("HardBreak", start, start + 2));
  if (next !== SPACE || context.char(start - 1) === SPACE) return -1;
  let at = start + 1;
  while (context.char(at) === SPACE) at += 1;
  return context.char(at) === NEWLINE && at >= start + 2 ? context.addElement(context.elt("HardBreak", start, at + 1)) : -1;
}

/** One line that somebody made for it would stop the browser of everybody who has the text open. */
const parser = (markdownLanguage.parser as MarkdownParser).configure({
  parseInline: [
    { name: "LongText", before: "Escape", parse: passOver },
    { name: "HardBreak", parse: hardBreak },
  ],
});
const language = new Language(markdownLanguage.data, parser, [], "markdown");

/** Without the package's own `markdown()`: it brings HTML, CSS and JavaScript along, 45 kB that no prompt needs. */
export const markdown: Extension = [language.extension, keymap.of(markdownKeymap)];
