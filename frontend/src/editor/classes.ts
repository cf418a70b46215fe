import { tagHighlighter, tags } from "@lezer/highlight";

/** Syntax by class names; the colours are in `editor.css`, so that no style is made at run time. */
export const classes = tagHighlighter([
  { tag: tags.heading, class: "tok-heading" },
  { tag: tags.strong, class: "tok-strong" },
  { tag: tags.emphasis, class: "tok-emphasis" },
  { tag: [tags.processingInstruction, tags.contentSeparator], class: "tok-mark" },
  { tag: [tags.propertyName, tags.definition(tags.propertyName), tags.link, tags.url], class: "tok-key" },
  { tag: tags.monospace, class: "tok-code" },
  { tag: [tags.string, tags.special(tags.string)], class: "tok-string" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword, tags.atom], class: "tok-number" },
  { tag: [tags.comment, tags.meta], class: "tok-comment" },
  { tag: tags.invalid, class: "tok-invalid" },
]);
