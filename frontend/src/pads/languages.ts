import { type LanguageSupport, StreamLanguage } from "@codemirror/language";
import { Compartment, type Extension } from "@codemirror/state";

/** Each comes with its first use; the names are those of `drafts/content.py`. */
const LOADERS: Record<string, () => Promise<Extension>> = {
  markdown: async () => (await import("../editor/markdown")).markdown,
  json: loadJson,
  jsonl: loadJson,
  yaml: async () => (await import("@codemirror/lang-yaml")).yaml(),
  html: async () => (await import("@codemirror/lang-html")).html(),
  xml: async () => (await import("@codemirror/lang-xml")).xml(),
  python: async () => (await import("@codemirror/lang-python")).python(),
  javascript: async () => (await import("@codemirror/lang-javascript")).javascript(),
  typescript: async () => (await import("@codemirror/lang-javascript")).javascript({ typescript: true }),
  sql: async () => (await import("@codemirror/lang-sql")).sql(),
  toml: async () => StreamLanguage.define((await import("@codemirror/legacy-modes/mode/toml")).toml),
  shell: async () => StreamLanguage.define((await import("@codemirror/legacy-modes/mode/shell")).shell),
};

async function loadJson(): Promise<LanguageSupport> {
  return (await import("@codemirror/lang-json")).json();
}

/** The place of the text's language among the editor's extensions. */
export const languagePlace = new Compartment();

/** What a text in a language is shown with; nothing for one that is not known. */
export async function loadLanguage(name: string): Promise<Extension> {
  return (await LOADERS[name]?.().catch(() => [])) ?? [];
}
