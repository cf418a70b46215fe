import { defaultKeymap } from "@codemirror/commands";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, keymap } from "@codemirror/view";
import { yCollab, yUndoManagerKeymap } from "y-codemirror.next";
import * as Y from "yjs";
import { lineDirection } from "../editor/direction";
import { showHidden } from "../editor/invisible";
import { nonce, writable } from "../editor/setup";
import { typingOver } from "../editor/typing_over";
import { wholeCharacters } from "../editor/whole_characters";
import type { TextSession } from "./session";

const writing = new Compartment();

/** Whether the person may type. */
export function setTextWritable(session: TextSession, label: string) {
  return writing.reconfigure(writable(session.isWritable, label));
}

/** The state of the editor on the document that the session has now; Tab goes on to the next control. */
export function textState(session: TextSession, label: string, more: Extension): EditorState {
  return EditorState.create({
    doc: session.text.toString(),
    extensions: [
      more,
      EditorView.cspNonce.of(nonce),
      wholeCharacters,
      typingOver,
      yCollab(session.text, null, { undoManager: new Y.UndoManager(session.text) }),
      showHidden(),
      drawSelection(),
      EditorView.lineWrapping,
      lineDirection(),
      keymap.of([...yUndoManagerKeymap, ...defaultKeymap]),
      writing.of(writable(session.isWritable, label)),
    ],
  });
}
