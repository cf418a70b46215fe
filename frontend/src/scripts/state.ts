import { EditorState, type Extension } from "@codemirror/state";
import { fieldState } from "../editor/setup";
import { completing } from "./completing";
import { lua } from "./lua";

export const MAX_BYTES = 65_536;
const encoder = new TextEncoder();

/** The editor of a script: the one of the workspace, in Lua. A script has LF as its line ends. */
export function scriptState(text: string, label: string, isTyped: () => boolean, more: Extension): EditorState {
  const field = {
    language: "lua",
    label,
    keepsLineEnds: false,
    get isTyped() {
      return isTyped();
    },
  };
  return fieldState(text, field, [more, lua, completing]);
}

export function sizeOf(state: EditorState): number {
  return encoder.encode(state.doc.toString()).length;
}
