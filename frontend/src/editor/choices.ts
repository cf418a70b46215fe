import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, WidgetType } from "@codemirror/view";

/** A stretch of the merged text that came from a difference; open while a choice is missing. */
export interface Stretch {
  from: number;
  to: number;
  isOpen: boolean;
}

export const setStretches = StateEffect.define<Stretch[]>();

const stretchField = StateField.define<Stretch[]>({
  create: () => [],
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setStretches)) return effect.value;
    if (!transaction.docChanged) return value;
    const { changes } = transaction;
    return value.map(({ from, to, isOpen }) => ({
      from: changes.mapPos(from, -1),
      to: changes.mapPos(to, 1),
      // Writing where a choice is missing is a choice.
      isOpen: isOpen && changes.touchesRange(from, Math.max(from, to - 1)) === false,
    }));
  },
});

export function stretchesOf(view: EditorView): Stretch[] {
  return view.state.field(stretchField);
}

class Missing extends WidgetType {
  constructor(private readonly words: string) {
    super();
  }

  override eq(other: Missing): boolean {
    return other.words === this.words;
  }

  override toDOM(): HTMLElement {
    const place = document.createElement("span");
    place.className = "cm-missing";
    place.textContent = this.words;
    return place;
  }
}

/** Marks what is merged, and says in words where a choice is missing. */
export function choices(words: string) {
  const missing = Decoration.widget({ widget: new Missing(words), side: 1 });
  const open = Decoration.line({ class: "cm-choose" });
  const settled = Decoration.line({ class: "cm-merged" });
  const shown = EditorView.decorations.compute([stretchField], (state): DecorationSet => {
    const ranges = [];
    for (const { from, to, isOpen } of state.field(stretchField)) {
      for (let at = from; at < to; at = state.doc.lineAt(at).to + 1) ranges.push((isOpen ? open : settled).range(state.doc.lineAt(at).from));
      if (isOpen) ranges.push(missing.range(from));
    }
    return Decoration.set(ranges, true);
  });
  return [stretchField, shown];
}
