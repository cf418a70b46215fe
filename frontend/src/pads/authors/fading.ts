import { RangeSetBuilder, StateEffect } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, type PluginValue, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import type { AuthorsLens } from "./lens";
import { rangesIn } from "./runs";

/** The lens has changed: the editor looks at it again. */
export const lensChanged = StateEffect.define<null>();

const faded = Decoration.mark({ class: "cm-faded" });

/** Fades what the chosen person did not write, in what can be seen of the text. */
export function fading(lens: AuthorsLens) {
  class Fading implements PluginValue {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = fadedIn(view, lens);
    }

    update(update: ViewUpdate): void {
      const isNew = update.transactions.some(({ effects }) => effects.some((effect) => effect.is(lensChanged)));
      if (isNew || update.docChanged || update.viewportChanged) this.decorations = fadedIn(update.view, lens);
    }
  }
  return [
    ViewPlugin.fromClass(Fading, { decorations: (plugin) => plugin.decorations }),
    EditorView.editorAttributes.of(() => ({ "data-authors": lens.chosen === null ? "all" : "one" })),
  ];
}

function fadedIn(view: EditorView, lens: AuthorsLens): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  if (lens.chosen === null) return builder.finish();
  for (const visible of view.visibleRanges) {
    for (const { from, to, writer } of rangesIn(view.state, visible.from, visible.to)) {
      if (lens.personOf(writer) !== lens.chosen) builder.add(from, to, faded);
    }
  }
  return builder.finish();
}
