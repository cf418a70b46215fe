import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { markdown } from "./markdown";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { highlightSelectionMatches } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  scrollPastEnd,
} from "@codemirror/view";
import { lineDirection } from "./direction";
import { colours } from "./colours";
import { commentMarks } from "./comments";
import { finding } from "./find";
import { showHidden } from "./invisible";
import { keptLineEnds } from "./line_ends";
import { notesGutter } from "./notes";
import { remoteWriter } from "./remote";
import { tabIndents } from "./tab";
import { typingOver } from "./typing_over";
import { unsavedLines } from "./unsaved";

const writing = new Compartment();

/** The page's nonce: an attribute that scripts cannot read, a property that they can. */
export const nonce = document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce ?? "";

function languageOf(name: string): Extension {
  if (name === "markdown") return markdown;
  if (name === "json" || name === "jsonl") return json();
  if (name === "yaml") return yaml();
  return [];
}

/** Whether brackets and quotes close themselves in a language: in prose an apostrophe or a bracket is often meant alone. */
const CLOSING: ReadonlySet<string> = new Set(["json", "jsonl", "yaml"]);

/** Whether the person may type. A read-only text can still be reached, scrolled and copied by keyboard. */
export function writable(may: boolean, label: string): Extension {
  return [
    EditorState.readOnly.of(!may),
    EditorView.editable.of(may),
    EditorView.contentAttributes.of({
      "aria-label": label,
      "aria-readonly": String(!may),
      tabindex: "0",
      spellcheck: "false",
      autocapitalize: "off",
      autocorrect: "off",
    }),
  ];
}

export function setWritable(may: boolean, label: string) {
  return writing.reconfigure(writable(may, label));
}

/** What every editor of the house has: also the two sides of a merge. Without `keepsLineEnds` every line end becomes LF. */
export function plainEditor(language: string, keepsLineEnds: boolean): Extension[] {
  return [
    keepsLineEnds ? keptLineEnds : [],
    EditorView.cspNonce.of(nonce),
    typingOver,
    lineNumbers(),
    showHidden(),
    drawSelection(),
    EditorView.lineWrapping,
    lineDirection(),
    EditorState.tabSize.of(2),
    indentUnit.of("  "),
    languageOf(language),
    CLOSING.has(language) ? [closeBrackets(), keymap.of(closeBracketsKeymap)] : [],
    colours,
    history(),
    keymap.of([...defaultKeymap, ...historyKeymap]),
  ];
}

interface EditedField {
  language: string;
  label: string;
  keepsLineEnds: boolean;
  /** Whether its reader has begun to write. */
  isTyped: boolean;
}

/** The state of one field's editor, on what is saved now. */
export function fieldState(text: string, field: EditedField, more: Extension): EditorState {
  const { language, label, keepsLineEnds } = field;
  return EditorState.create({
    doc: text,
    extensions: [
      // A handler of ours may answer a key before the editor's own do.
      more,
      notesGutter,
      ...plainEditor(language, keepsLineEnds),
      unsavedLines,
      remoteWriter,
      commentMarks,
      highlightActiveLine(),
      highlightActiveLineGutter(),
      highlightSelectionMatches(),
      bracketMatching(),
      indentOnInput(),
      finding(),
      // A bar above the text can be made up for by scrolling, however short the text is.
      scrollPastEnd(),
      tabIndents(() => field.isTyped),
      writing.of(writable(false, label)),
    ],
  });
}
