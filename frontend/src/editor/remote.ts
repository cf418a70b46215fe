import { type ChangeSet, type EditorState, type Range, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, WidgetType } from "@codemirror/view";

interface Writer {
  name: string;
  head: number;
}

/** Where somebody else writes in this text, or null when nobody does. */
export const setWriter = StateEffect.define<Writer | null>({
  map: (writer, changes) => writer && { ...writer, head: changes.mapPos(writer.head, 1) },
});

/** Text that somebody else has just typed stays marked until it is saved, or the mark is cleared. */
export const markTyped = StateEffect.define<null>();
export const clearTyped = StateEffect.define<null>();

class Caret extends WidgetType {
  override eq(): boolean {
    return true;
  }

  override toDOM(): HTMLElement {
    const caret = document.createElement("span");
    caret.className = "cm-remote-caret";
    return caret;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

/** Whose caret is in a line: it is shown at the line's end, where it covers no text. */
class Flag extends WidgetType {
  constructor(private readonly name: string) {
    super();
  }

  override eq(other: Flag): boolean {
    return other.name === this.name;
  }

  override toDOM(): HTMLElement {
    const flag = document.createElement("span");
    flag.className = "cm-remote-name";
    flag.textContent = this.name;
    return flag;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

const writer = StateField.define<Writer | null>({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setWriter)) return effect.value;
    return value && transaction.docChanged
      ? { ...value, head: transaction.changes.mapPos(value.head, 1) }
      : value;
  },
  provide: (field) =>
    EditorView.decorations.compute([field, "doc"], (state) => {
      const value = state.field(field);
      if (!value) return Decoration.none;
      const caret = Decoration.widget({ widget: new Caret(), side: 1 }).range(value.head);
      const flag = Decoration.widget({ widget: new Flag(value.name), side: 2 }).range(state.doc.lineAt(value.head).to);
      return Decoration.set([caret, flag]);
    }),
});

/** Where somebody else writes in this text. */
export function writerIn(state: EditorState): Writer | null {
  return state.field(writer);
}

const typedMark = Decoration.mark({ class: "cm-just-typed" });

const typed = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    let marks = value.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(clearTyped)) marks = Decoration.none;
      if (effect.is(markTyped)) marks = marks.update({ add: insertions(transaction.changes), sort: true });
    }
    return marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function insertions(changes: ChangeSet): Range<Decoration>[] {
  const marks: Range<Decoration>[] = [];
  changes.iterChangedRanges((_fromA, _toA, fromB, toB) => {
    if (toB > fromB) marks.push(typedMark.range(fromB, toB));
  });
  return marks;
}

export const remoteWriter = [writer, typed];
