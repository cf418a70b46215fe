import { type EditorState, type Range, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, GutterMarker } from "@codemirror/view";

/** One open thread in the text: the stretch that it is about, and how much was said. */
export interface CommentMark {
  thread: string;
  from: number;
  to: number;
  count: number;
}

export const setComments = StateEffect.define<CommentMark[]>();
/** The thread that is read now; an empty string for none. */
export const setActiveComment = StateEffect.define<string>();

interface Comments {
  marks: CommentMark[];
  active: string;
  shown: DecorationSet;
}

const comments = StateField.define<Comments>({
  create: () => ({ marks: [], active: "", shown: Decoration.none }),
  update(value, transaction) {
    let { marks, active } = value;
    let moved = transaction.docChanged;
    if (moved) {
      const { changes } = transaction;
      marks = marks.map((mark) => ({ ...mark, from: changes.mapPos(mark.from, 1), to: changes.mapPos(mark.to, -1) }));
    }
    for (const effect of transaction.effects) {
      if (effect.is(setComments)) marks = effect.value;
      else if (effect.is(setActiveComment)) active = effect.value;
      else continue;
      moved = true;
    }
    return moved ? { marks, active, shown: decorate(marks, active) } : value;
  },
  provide: (field) => EditorView.decorations.from(field, ({ shown }) => shown),
});

const plain = Decoration.mark({ class: "cm-comment" });
const current = Decoration.mark({ class: "cm-comment cm-comment-active" });

function decorate(marks: CommentMark[], active: string): DecorationSet {
  const ranges: Range<Decoration>[] = [];
  for (const { from, to, thread } of marks) if (to > from) ranges.push((thread === active ? current : plain).range(from, to));
  return Decoration.set(ranges, true);
}

class CommentCount extends GutterMarker {
  constructor(
    private readonly count: number,
    private readonly isActive: boolean,
  ) {
    super();
  }

  override eq(other: CommentCount): boolean {
    return other.count === this.count && other.isActive === this.isActive;
  }

  override toDOM(): Node {
    const place = document.createElement("span");
    place.className = this.isActive ? "cm-comment-count cm-comment-count-active" : "cm-comment-count";
    place.append(spriteIcon("message-square", 12), String(this.count));
    return place;
  }
}

/** An icon of the page's sprite, for what the editor draws itself. */
export function spriteIcon(name: string, size: number): SVGElement {
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  icon.setAttribute("class", `icon icon-${size}`);
  icon.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#icon-${name}`);
  icon.append(use);
  return icon;
}

/** The margin's marks: one for each line on which threads begin. */
export function commentCounts(state: EditorState): Range<GutterMarker>[] {
  const { marks, active } = state.field(comments);
  const lines = new Map<number, { count: number; isActive: boolean }>();
  for (const mark of marks) {
    const { from } = state.doc.lineAt(Math.min(mark.from, state.doc.length));
    const known = lines.get(from) ?? { count: 0, isActive: false };
    lines.set(from, { count: known.count + mark.count, isActive: known.isActive || mark.thread === active });
  }
  return [...lines].map(([from, { count, isActive }]) => new CommentCount(count, isActive).range(from));
}

/** How many open threads begin in each part of the text; `starts` are the parts' first lines, in order. */
export function commentsByPart(state: EditorState, starts: number[]): number[] {
  const counts = starts.map(() => 0);
  for (const { from } of state.field(comments).marks) {
    const line = state.doc.lineAt(Math.min(from, state.doc.length)).number;
    const part = starts.findLastIndex((start) => start <= line);
    if (part >= 0) counts[part] = (counts[part] ?? 0) + 1;
  }
  return counts;
}

/** The threads on a position of the text, or on its whole line. */
export function commentsAt(state: EditorState, position: number, wholeLine: boolean): CommentMark[] {
  const line = state.doc.lineAt(position);
  return state.field(comments).marks.filter(({ from, to }) =>
    wholeLine ? from >= line.from && from <= line.to : from <= position && position <= to,
  );
}

function choose(view: EditorView, position: number, wholeLine: boolean): boolean {
  const { active } = view.state.field(comments);
  const found = commentsAt(view.state, position, wholeLine);
  // A second click on a line with several threads goes on to the next.
  const next = found[(found.findIndex(({ thread }) => thread === active) + 1) % Math.max(found.length, 1)];
  if (next) window.dispatchEvent(new CustomEvent("comments:chosen", { detail: next.thread }));
  return next !== undefined;
}

export const commentMarks = [
  comments,
  EditorView.domEventHandlers({
    click(event, view) {
      if (!(event.target as HTMLElement).closest(".cm-comment")) return false;
      const position = view.posAtCoords({ x: event.clientX, y: event.clientY });
      if (position !== null) choose(view, position, false);
      return false;
    },
  }),
];

/** A click in the margin opens the line's thread. */
export function chooseOnLine(view: EditorView, lineFrom: number): boolean {
  return choose(view, lineFrom, true);
}
