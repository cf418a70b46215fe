import { forEachDiagnostic, linter } from "@codemirror/lint";
import { type Range, RangeSet } from "@codemirror/state";
import { GutterMarker, gutter } from "@codemirror/view";
import { chooseOnLine, commentCounts, spriteIcon } from "./comments";

class ErrorMark extends GutterMarker {
  override toDOM(): Node {
    return spriteIcon("circle-x", 14);
  }
}

const errorMark = new ErrorMark();

/** The first gutter: the error of a line, or how many comments it has. An error hides the count. */
export const notesGutter = [
  // Without a source: the diagnostics are set from outside; this switches their display on.
  linter(null),
  gutter({
    class: "cm-gutter-notes",
    markers(view) {
      const wrong = new Set<number>();
      forEachDiagnostic(view.state, (_, from) => wrong.add(view.state.doc.lineAt(from).from));
      const errors: Range<GutterMarker>[] = [...wrong].map((from) => errorMark.range(from));
      return RangeSet.of([...errors, ...commentCounts(view.state).filter(({ from }) => !wrong.has(from))], true);
    },
    domEventHandlers: { click: (view, line) => chooseOnLine(view, line.from) },
  }),
];
