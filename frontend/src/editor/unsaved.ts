import { Chunk } from "@codemirror/merge";
import { type EditorState, RangeSet, StateEffect, StateField, Text } from "@codemirror/state";
import { GutterMarker, gutter } from "@codemirror/view";

/** Name the text that is saved; lines that differ from it get a bar in the gutter. */
export const setSaved = StateEffect.define<Text>();

interface Unsaved {
  saved: Text;
  chunks: readonly Chunk[];
}

// A large rewrite is compared roughly rather than slowly.
const LIMITS = { scanLimit: 500, timeout: 50 };

const unsaved = StateField.define<Unsaved>({
  create: (state) => ({ saved: state.doc, chunks: [] }),
  update(value, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setSaved)) {
        return { saved: effect.value, chunks: Chunk.build(effect.value, transaction.newDoc, LIMITS) };
      }
    }
    if (!transaction.docChanged) return value;
    const chunks = Chunk.updateB(value.chunks, value.saved, transaction.newDoc, transaction.changes, LIMITS);
    return { saved: value.saved, chunks };
  },
});

class Bar extends GutterMarker {
  constructor(private readonly name: string) {
    super();
  }

  override toDOM(): Node {
    const bar = document.createElement("div");
    bar.className = this.name;
    return bar;
  }
}

const changedLine = new Bar("cm-unsaved-line");
const removedHere = new Bar("cm-removed-here");

function markers(state: EditorState): RangeSet<GutterMarker> {
  const { chunks } = state.field(unsaved);
  const found = chunks.flatMap((chunk) => {
    const from = Math.min(chunk.fromB, state.doc.length);
    if (chunk.fromB === chunk.toB) return [removedHere.range(state.doc.lineAt(from).from)];
    const bars = [];
    for (let at = from; at <= Math.min(chunk.endB, state.doc.length); ) {
      const line = state.doc.lineAt(at);
      bars.push(changedLine.range(line.from));
      at = line.to + 1;
    }
    return bars;
  });
  return RangeSet.of(found, true);
}

export const unsavedLines = [
  unsaved,
  gutter({ class: "cm-gutter-unsaved", markers: (view) => markers(view.state), initialSpacer: () => changedLine }),
];

export function savedText(state: EditorState): Text {
  return state.field(unsaved).saved;
}

export function isUnsaved(state: EditorState): boolean {
  return !state.doc.eq(state.field(unsaved).saved);
}

/** How many lines were added and removed since what is saved. */
export function lineDelta(state: EditorState): { added: number; removed: number } {
  const { saved, chunks } = state.field(unsaved);
  let added = 0;
  let removed = 0;
  for (const chunk of chunks) {
    added += linesIn(state.doc, chunk.fromB, chunk.toB, chunk.endB);
    removed += linesIn(saved, chunk.fromA, chunk.toA, chunk.endA);
  }
  return { added, removed };
}

/** How many lines of one text or the other are not in both alike. */
export function differingLines(before: string, after: string): number {
  const [a, b] = [before, after].map((text) => Text.of(text.split("\n"))) as [Text, Text];
  return Chunk.build(a, b, LIMITS).reduce(
    (lines, { fromA, toA, endA, fromB, toB, endB }) => lines + Math.max(linesIn(a, fromA, toA, endA), linesIn(b, fromB, toB, endB)),
    0,
  );
}

function linesIn(text: Text, from: number, to: number, end: number): number {
  if (from === to) return 0;
  return text.lineAt(Math.min(end, text.length)).number - text.lineAt(Math.min(from, text.length)).number + 1;
}
