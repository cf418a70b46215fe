import { Annotation, type EditorState, type Extension, type Range, StateEffect, StateField, type Transaction } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin, type ViewUpdate, WidgetType } from "@codemirror/view";

/** Milliseconds that a name is shown for, and that text counts as just typed. */
const NAME = 2_000;
const TYPED = 3_000;
/** With more people only initials are shown. */
const MAX_NAMES = 8;
const EVERY = 500;

/** Where somebody else is in the text that is shown. */
export interface Caret {
  writer: number;
  anchor: number;
  head: number;
  movedAt: number;
  /** The end of what they typed just now, and when. */
  typed: { from: number; to: number; at: number } | null;
}

export interface CaretMove {
  writer: number;
  anchor: number;
  head: number;
}

/** Whose number a transaction's change is of, where others are shown in the text. */
export const typedBy = Annotation.define<number>();
export const moveCarets = StateEffect.define<CaretMove[]>();
export const removeCarets = StateEffect.define<number[]>();
/** Time went by: names go, and what was just typed is so no more. */
const tick = StateEffect.define<null>();

/** The others by their numbers. */
export const carets = StateField.define<ReadonlyMap<number, Caret>>({
  create: () => new Map(),
  update(value, transaction) {
    const moves = transaction.effects.some((effect) => effect.is(moveCarets) || effect.is(removeCarets));
    if (!transaction.docChanged && !moves) return value;
    const found = new Map([...value].map(([writer, caret]) => [writer, mapped(caret, transaction)]));
    afterTyping(found, transaction);
    for (const effect of transaction.effects) {
      if (effect.is(moveCarets)) for (const move of effect.value) found.set(move.writer, moved(found.get(move.writer), move, transaction));
      if (effect.is(removeCarets)) for (const writer of effect.value) found.delete(writer);
    }
    return found;
  },
});

function mapped(caret: Caret, { changes, docChanged }: Transaction): Caret {
  if (!docChanged) return caret;
  const typed = caret.typed && { ...caret.typed, from: changes.mapPos(caret.typed.from, 1), to: changes.mapPos(caret.typed.to, -1) };
  return { ...caret, anchor: changes.mapPos(caret.anchor, -1), head: changes.mapPos(caret.head, -1), typed };
}

/** Whoever changed the text is where they changed it. */
function afterTyping(found: Map<number, Caret>, transaction: Transaction): void {
  const writer = transaction.annotation(typedBy);
  const before = writer === undefined ? undefined : found.get(writer);
  if (writer === undefined || !before) return;
  let [from, to] = [0, 0];
  transaction.changes.iterChangedRanges((_fromA, _toA, fromB, toB) => ([from, to] = [fromB, toB]));
  const now = Date.now();
  const isOn = before.typed && now - before.typed.at < TYPED && before.typed.to === from;
  const typed = to > from ? { from: isOn ? before.typed!.from : from, to, at: now } : before.typed;
  found.set(writer, { ...before, anchor: to, head: to, movedAt: now, typed });
}

function moved(before: Caret | undefined, move: CaretMove, { newDoc }: Transaction): Caret {
  const [anchor, head] = [Math.min(move.anchor, newDoc.length), Math.min(move.head, newDoc.length)];
  const isMoved = before?.anchor !== anchor || before?.head !== head;
  return { writer: move.writer, anchor, head, movedAt: isMoved ? Date.now() : before!.movedAt, typed: before?.typed ?? null };
}

/** The names of the others by their numbers; null for who is not shown. */
export interface Names {
  name(writer: number): string | null;
  initials(writer: number): string;
}

class CaretWidget extends WidgetType {
  constructor(
    private readonly words: string,
    private readonly name: string,
    private readonly isNamed: boolean,
  ) {
    super();
  }

  override eq(other: CaretWidget): boolean {
    return other.words === this.words && other.name === this.name && other.isNamed === this.isNamed;
  }

  override toDOM(): HTMLElement {
    const caret = document.createElement("span");
    caret.className = "cm-their-caret";
    caret.toggleAttribute("data-named", this.isNamed);
    const flag = document.createElement("span");
    flag.className = "cm-their-name";
    flag.textContent = this.words;
    flag.title = this.name;
    caret.append("\u2060", flag, "\u2060");
    caret.setAttribute("aria-hidden", "true");
    return caret;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

const selected = Decoration.mark({ class: "cm-their-selection" });
const typedMark = Decoration.mark({ class: "cm-just-typed" });

/** The carets and selections of the others, with their names for a moment. */
export function showCarets(names: Names): Extension {
  const now = StateField.define<number>({
    create: () => Date.now(),
    update: (value, { effects }) => (effects.some((effect) => effect.is(tick) || effect.is(moveCarets)) ? Date.now() : value),
  });
  const decorations = EditorView.decorations.compute([carets, now, "doc"], (state) => {
    const shown = [...state.field(carets).values()].filter(({ writer }) => names.name(writer) !== null);
    const isFull = shown.length > MAX_NAMES;
    return Decoration.set(shown.flatMap((caret) => decorationsOf(caret, names, isFull, state)), true);
  });
  return [carets, now, decorations, ticking, placing];
}

function decorationsOf(caret: Caret, names: Names, isFull: boolean, state: EditorState): Range<Decoration>[] {
  const { writer, anchor, head, typed, movedAt } = caret;
  const time = Date.now();
  const found: Range<Decoration>[] = [];
  const [from, to] = [Math.min(anchor, head), Math.min(Math.max(anchor, head), state.doc.length)];
  if (to > from) found.push(selected.range(from, to));
  if (typed && typed.to > typed.from && time - typed.at < TYPED) found.push(typedMark.range(typed.from, Math.min(typed.to, state.doc.length)));
  const name = names.name(writer) ?? "";
  const widget = new CaretWidget(isFull ? names.initials(writer) : name, name, time - movedAt < NAME);
  found.push(Decoration.widget({ widget, side: 1 }).range(Math.min(head, state.doc.length)));
  return found;
}

/** While something is shown for a moment only, looks from time to time whether that is over. */
const ticking = ViewPlugin.fromClass(
  class {
    private timer = 0;

    constructor(private readonly view: EditorView) {}

    update({ state }: ViewUpdate): void {
      const newest = Math.max(0, ...[...state.field(carets).values()].map(({ movedAt, typed }) => Math.max(movedAt, typed?.at ?? 0)));
      if (Date.now() - newest > Math.max(NAME, TYPED) + EVERY || this.timer) return;
      this.timer = window.setTimeout(() => {
        this.timer = 0;
        this.view.dispatch({ effects: tick.of(null) });
      }, EVERY);
    }

    destroy(): void {
      window.clearTimeout(this.timer);
    }
  },
);

/** A name that would leave the text at the right is at the left of its caret. */
const placing = ViewPlugin.define((view) => {
  const measure = {
    key: "names-of-carets",
    read: () => {
      const edge = view.scrollDOM.getBoundingClientRect().right - 8;
      const flags = [...view.contentDOM.querySelectorAll<HTMLElement>(".cm-their-name")];
      return flags.map((flag) => {
        const caret = flag.parentElement!.getBoundingClientRect();
        return { flag, isLeft: caret.left + 8 + flag.offsetWidth > edge };
      });
    },
    write: (found: { flag: HTMLElement; isLeft: boolean }[]) => {
      for (const { flag, isLeft } of found) flag.toggleAttribute("data-left", isLeft);
    },
  };
  return {
    update(update: ViewUpdate) {
      if (update.docChanged || update.geometryChanged || update.transactions.some(({ effects }) => effects.length > 0)) view.requestMeasure(measure);
    },
  };
});
