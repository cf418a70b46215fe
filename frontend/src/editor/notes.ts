import { forEachDiagnostic, linter } from "@codemirror/lint";
import { RangeSet } from "@codemirror/state";
import { GutterMarker, gutter } from "@codemirror/view";

class ErrorMark extends GutterMarker {
  override toDOM(): Node {
    const sprite = document.querySelector("use")?.getAttribute("href")?.split("#")[0] ?? "";
    const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    icon.setAttribute("class", "icon icon-14");
    icon.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${sprite}#circle-x`);
    icon.append(use);
    return icon;
  }
}

const errorMark = new ErrorMark();

/** The first gutter: what stands against a line. */
export const notesGutter = [
  // Without a source: the diagnostics are set from outside; this switches their display on.
  linter(null),
  gutter({
    class: "cm-gutter-notes",
    markers(view) {
      const lines = new Set<number>();
      forEachDiagnostic(view.state, (_, from) => lines.add(view.state.doc.lineAt(from).from));
      return RangeSet.of([...lines].sort((a, b) => a - b).map((from) => errorMark.range(from)));
    },
  }),
];
