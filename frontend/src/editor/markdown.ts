import { markdownKeymap, markdownLanguage } from "@codemirror/lang-markdown";
import type { Extension } from "@codemirror/state";
import { keymap } from "@codemirror/view";

/** Without the package's own `markdown()`: it brings HTML, CSS and JavaScript along, 45 kB that no prompt needs. */
export const markdown: Extension = [markdownLanguage.extension, keymap.of(markdownKeymap)];
