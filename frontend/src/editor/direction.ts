import { type Extension, RangeSetBuilder } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";

/** Letters that are written from right to left: Hebrew to Arabic Extended, and their presentation forms. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdfd\ufe70-\ufefc]/;
/** The first letter decides, and is near the start. */
const LOOKED_AT = 1_000;

const byItsText = Decoration.line({ attributes: { dir: "auto" } });

function lines(view: EditorView): DecorationSet {
  const found = new RangeSetBuilder<Decoration>();
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to; ) {
      const line = view.state.doc.lineAt(at);
      if (RIGHT_TO_LEFT.test(line.text.slice(0, LOOKED_AT))) found.add(line.from, line.from, byItsText);
      at = line.to + 1;
    }
  }
  return found.finish();
}

class LineDirections {
  decorations: DecorationSet;

  constructor(view: EditorView) {
    this.decorations = lines(view);
  }

  update(update: ViewUpdate): void {
    if (update.docChanged || update.viewportChanged) this.decorations = lines(update.view);
  }
}

/** Each line is written in the direction of its own text. */
export function lineDirection(): Extension {
  return [EditorView.perLineTextDirection.of(true), ViewPlugin.fromClass(LineDirections, { decorations: (plugin) => plugin.decorations })];
}
