import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { highlightSelectionMatches } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { yCollab, yUndoManagerKeymap } from "y-codemirror.next";
import { colours } from "../editor/colours";
import { lineDirection } from "../editor/direction";
import { finding } from "../editor/find";
import { showHidden } from "../editor/invisible";
import { nonce, writable } from "../editor/setup";
import { tabIndents } from "../editor/tab";
import { initialsOf } from "../names";
import { say } from "../texts";
import { authorship } from "./authorship";
import { showCarets } from "../editor/carets";
import { languagePlace } from "./languages";
import type { PadSession } from "./session";
import { typingOver } from "../editor/typing_over";
import { PadUndoManager } from "./undo";
import { wholeCharacters } from "../editor/whole_characters";

/** What other parts of the page add to the editor: each is asked for every document that is shown. */
export const extensions: ((session: PadSession) => Extension)[] = [];

const CLOSING: ReadonlySet<string> = new Set(["json", "jsonl", "yaml", "python", "javascript", "typescript"]);
const writing = new Compartment();
const undoing = new WeakMap<PadSession, PadUndoManager>();

/** Whether the person may type. */
export function setPadWritable(session: PadSession) {
  return writing.reconfigure(writable(session.isWritable, labelOf(session)));
}

/** The state of the editor on the document that the session has now. */
export function padState(session: PadSession, language: Extension, more: Extension): EditorState {
  const closes = CLOSING.has(session.data.language);
  let isTyped = false;
  return EditorState.create({
    doc: session.text!.toString(),
    extensions: [
      more,
      extensions.map((extension) => extension(session)),
      EditorView.cspNonce.of(nonce),
      wholeCharacters,
      typingOver,
      authorship(session),
      yCollab(session.text!, null, { undoManager: undoOf(session) }),
      showCarets(namesOf(session)),
      lineNumbers(),
      showHidden(),
      drawSelection(),
      EditorView.lineWrapping,
      lineDirection(),
      EditorState.tabSize.of(2),
      indentUnit.of("  "),
      languagePlace.of(language),
      closes ? [closeBrackets(), keymap.of(closeBracketsKeymap)] : [],
      colours,
      highlightActiveLine(),
      highlightActiveLineGutter(),
      highlightSelectionMatches(),
      bracketMatching(),
      indentOnInput(),
      finding(),
      keymap.of([...yUndoManagerKeymap, ...defaultKeymap]),
      EditorView.updateListener.of((update) => {
        isTyped ||= update.transactions.some((transaction) => transaction.isUserEvent("input"));
      }),
      tabIndents(() => isTyped),
      writing.of(writable(session.isWritable, labelOf(session))),
    ],
  });
}

/** What can be undone stays so when the editor shows another document of the pad. */
function undoOf(session: PadSession): PadUndoManager {
  const [text, before] = [session.text!, undoing.get(session) ?? null];
  const manager = before?.text === text ? before : new PadUndoManager(text, before);
  undoing.set(session, manager);
  return manager;
}

function labelOf(session: PadSession): string {
  return say("pads.text", { name: session.data.name });
}

/** Another tab of this person's is somebody else here. */
function namesOf(session: PadSession) {
  const nameOf = (writer: number) => (writer === session.writer ? null : (session.writers.get(writer)?.display_name ?? null));
  return { name: nameOf, initials: (writer: number) => initialsOf(nameOf(writer) ?? "") };
}
