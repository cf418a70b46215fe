import { ChangeSet, type EditorState, type Extension, type Range, RangeSet, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, GutterMarker, gutter } from "@codemirror/view";
import { spriteIcon } from "../editor/comments";
import { savedText } from "../editor/unsaved";
import { changesBetween, type Field } from "../workspace/field";

/** A passage in a text: the records that are linked to it. */
export interface PassageMark {
  passage: string;
  from: number;
  to: number;
  /** The keys of the records, and the words for those whose link is suspect. */
  keys: string[];
  isSuspect: boolean;
}

export const setPassages = StateEffect.define<PassageMark[]>();
/** The passage that is looked at; an empty string for none. */
export const setActivePassage = StateEffect.define<string>();

interface Passages {
  marks: PassageMark[];
  active: string;
  shown: DecorationSet;
}

const plain = Decoration.mark({ class: "cm-passage" });
const suspect = Decoration.mark({ class: "cm-passage cm-passage-suspect" });

const passages = StateField.define<Passages>({
  create: () => ({ marks: [], active: "", shown: Decoration.none }),
  update(value, transaction) {
    let { marks, active } = value;
    if (transaction.docChanged) {
      const { changes } = transaction;
      marks = marks.map((mark) => ({ ...mark, from: changes.mapPos(mark.from, 1), to: changes.mapPos(mark.to, -1) }));
    }
    for (const effect of transaction.effects) {
      if (effect.is(setPassages)) marks = effect.value;
      else if (effect.is(setActivePassage)) active = effect.value;
    }
    if (marks === value.marks && active === value.active) return value;
    return { marks, active, shown: decorate(marks, active) };
  },
  provide: (field) => EditorView.decorations.from(field, ({ shown }) => shown),
});

function decorate(marks: PassageMark[], active: string): DecorationSet {
  const chosen = marks.filter(({ passage, from, to }) => passage === active && to > from);
  return Decoration.set(chosen.map(({ from, to, isSuspect }) => (isSuspect ? suspect : plain).range(from, to)), true);
}

class PassageChip extends GutterMarker {
  constructor(
    private readonly keys: string,
    private readonly isSuspect: boolean,
    private readonly isActive: boolean,
  ) {
    super();
  }

  override eq(other: PassageChip): boolean {
    return other.keys === this.keys && other.isSuspect === this.isSuspect && other.isActive === this.isActive;
  }

  override toDOM(): Node {
    const chip = document.createElement("span");
    chip.className = "cm-passage-chip";
    if (this.isSuspect) chip.dataset["state"] = "suspect";
    if (this.isActive) chip.dataset["active"] = "";
    chip.title = this.keys;
    const words = document.createElement("span");
    words.textContent = this.keys;
    chip.append(spriteIcon(this.isSuspect ? "circle-question-mark" : "link", 12), words);
    return chip;
  }
}

function chips(state: EditorState): RangeSet<GutterMarker> {
  const { marks, active } = state.field(passages);
  const lines = new Map<number, PassageMark[]>();
  for (const mark of marks) {
    const { from } = state.doc.lineAt(Math.min(mark.from, state.doc.length));
    lines.set(from, [...(lines.get(from) ?? []), mark]);
  }
  const found: Range<GutterMarker>[] = [...lines].map(([from, on]) => {
    const keys = [...new Set(on.flatMap((mark) => mark.keys))].join(", ");
    const isActive = on.some(({ passage }) => passage === active);
    return new PassageChip(keys, on.some(({ isSuspect }) => isSuspect), isActive).range(from);
  });
  return RangeSet.of(found, true);
}

/** A click on a chip chooses its passage; a second one the next passage of the line. */
function choose(view: EditorView, lineFrom: number): boolean {
  const { marks, active } = view.state.field(passages);
  const on = marks.filter(({ from }) => view.state.doc.lineAt(Math.min(from, view.state.doc.length)).from === lineFrom);
  const next = on[(on.findIndex(({ passage }) => passage === active) + 1) % Math.max(on.length, 1)];
  if (next) window.dispatchEvent(new CustomEvent("passages:chosen", { detail: next.passage }));
  return next !== undefined;
}

const passageMarks: Extension = [
  passages,
  gutter({
    class: "cm-gutter-passages",
    side: "after",
    markers: (view) => chips(view.state),
    domEventHandlers: { click: (view, line) => choose(view, line.from) },
  }),
];

/** Show the passages of a field in its editor. */
export function showPassages(field: Field, marks: PassageMark[], active: string): void {
  if (!field.state) return;
  const effects: StateEffect<unknown>[] = [setPassages.of(marks), setActivePassage.of(active)];
  if (!field.state.field(passages, false)) {
    if (!marks.length) return;
    effects.unshift(StateEffect.appendConfig.of(passageMarks));
  }
  field.apply({ effects });
}

export function activatePassage(field: Field, passage: string): void {
  if (field.state?.field(passages, false)) field.apply({ effects: setActivePassage.of(passage) });
}

/** Where lines of the saved text are in the text that is shown. */
export function rangeOfLines(field: Field, first: number, last: number): { from: number; to: number } {
  const saved = savedText(field.state!);
  const [start, end] = [saved.line(Math.min(first, saved.lines)).from, saved.line(Math.min(last, saved.lines)).to];
  const onto = ChangeSet.of(changesBetween(field.saved, field.text), saved.length, "\n");
  return { from: onto.mapPos(start, 1), to: onto.mapPos(end, -1) };
}
