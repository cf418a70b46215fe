// What `@codemirror/lang-markdown` gets for `@codemirror/lang-html` (build.mjs): nothing that we use of it needs HTML. With
// the package itself, which pads load when a text is HTML, every page with an editor would load the parser of HTML.
export const html = (): null => null;
export const htmlCompletionSource = (): null => null;
