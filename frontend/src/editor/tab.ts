import { indentLess, indentMore } from "@codemirror/commands";
import { Prec, type Extension } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";

const MODIFIERS: ReadonlySet<string> = new Set(["Shift", "Control", "Alt", "Meta"]);

/** Tab indents for who `isTyping`, and goes on to the next control for who only reads. Escape, then Tab, always goes on (WCAG 2.1.2). */
export function tabIndents(isTyping: () => boolean): Extension {
  let isLeaving = false;
  const indents = () => isTyping() && !isLeaving;
  return [
    Prec.high(
      EditorView.domEventHandlers({
        keydown: ({ key }) => {
          if (key !== "Tab" && !MODIFIERS.has(key)) isLeaving = key === "Escape";
          return false;
        },
        blur: () => {
          isLeaving = false;
          return false;
        },
      }),
    ),
    keymap.of([{ key: "Tab", run: (view) => indents() && indentMore(view), shift: (view) => indents() && indentLess(view) }]),
  ];
}
