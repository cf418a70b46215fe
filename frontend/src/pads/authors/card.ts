import { EditorState, type Extension, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, keymap, showTooltip, type Tooltip, tooltips, ViewPlugin } from "@codemirror/view";
import htmx from "htmx.org";
import { localise } from "../../time";
import { say } from "../../texts";
import type { PadSession } from "../session";
import type { AuthorsLens } from "./lens";
import { type AuthorRange, wordsAt } from "./runs";

/** Milliseconds for which the pointer rests on a word before the card comes, or away from it before the card goes. */
const PATIENCE = 300;

interface Card extends AuthorRange {
  /** The character that it is about. */
  position: number;
  /** Asked for by key: it takes the focus. */
  byKey: boolean;
}

const showCard = StateEffect.define<Card | null>();
const marked = Decoration.mark({ class: "cm-authored" });

/** Where a card may be: beside the edge of the sheet it would touch that of the window. */
function spaceIn(view: EditorView) {
  const { left, right } = view.dom.getBoundingClientRect();
  return { top: 0, left: left + 8, right: right - 8, bottom: window.innerHeight };
}

/** The card over a word: who wrote it, when, in which revision. */
export class AuthorCard {
  private readonly field: StateField<Card | null>;

  /** `address`: where Django says when something was written. */
  constructor(
    private readonly session: PadSession,
    private readonly lens: AuthorsLens,
    private readonly address: string,
  ) {
    this.field = StateField.define<Card | null>({
      create: () => null,
      update: (card, transaction) => {
        for (const effect of transaction.effects) if (effect.is(showCard)) return effect.value;
        return transaction.docChanged ? null : card;
      },
      provide: (field) => [
        showTooltip.from(field, (card) => card && this.tooltip(card)),
        EditorView.decorations.from(field, (card) => (card ? Decoration.set(marked.range(card.from, card.to)) : Decoration.none)),
      ],
    });
  }

  get extension(): Extension {
    return [
      this.field,
      tooltips({ tooltipSpace: spaceIn }),
      ViewPlugin.define((view) => new Hovering(view, this, this.lens)),
      keymap.of([{ key: "Escape", run: (view) => this.hide(view) }]),
    ];
  }

  shown(state: EditorState): Card | null {
    return state.field(this.field, false) ?? null;
  }

  /** Show the card of a character; whether somebody wrote it. */
  show(view: EditorView, position: number, byKey = false): boolean {
    const words = wordsAt(view.state, position, (writer) => this.lens.personOf(writer));
    if (words) view.dispatch({ effects: showCard.of({ ...words, position, byKey }) });
    return words !== null;
  }

  hide(view: EditorView): boolean {
    if (!this.shown(view.state)) return false;
    view.dispatch({ effects: showCard.of(null) });
    return true;
  }

  private tooltip(card: Card): Tooltip {
    return { pos: card.from, end: card.to, above: false, create: (view) => ({ dom: this.element(view, card) }) };
  }

  private element(view: EditorView, card: Card): HTMLElement {
    const element = document.createElement("div");
    element.className = "author-card";
    element.role = "dialog";
    element.ariaLabel = say("pads.authors.card");
    const name = document.createElement("p");
    name.className = "author-card-who";
    name.textContent = this.session.writers.get(card.writer)?.display_name ?? say("pads.nobody");
    element.append(name);
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.hide(view);
      view.focus();
    });
    // What is on its way has no revision yet.
    if (this.session.outbox.count === 0) void this.fill(element, card);
    return element;
  }

  private async fill(element: HTMLElement, { position, writer, byKey }: Card): Promise<void> {
    const query = new URLSearchParams({ revision: `${this.session.revision}`, position: `${position}`, writer: `${writer}` });
    try {
      const answer = await fetch(`${this.address}?${query}`, { headers: { "HX-Request": "true" } });
      if (!answer.ok) return;
      element.innerHTML = await answer.text();
      localise(element);
      htmx.process(element);
    } catch {
      // Offline: the name is known.
    }
    if (byKey) element.querySelector<HTMLElement>("a, button")?.focus();
  }
}

/** Shows the card of the word under the pointer once it rests there. */
class Hovering {
  private timer = 0;

  constructor(
    private readonly view: EditorView,
    private readonly card: AuthorCard,
    private readonly lens: AuthorsLens,
  ) {
    view.dom.addEventListener("mousemove", this.moved);
    view.dom.addEventListener("mouseleave", this.left);
  }

  destroy(): void {
    window.clearTimeout(this.timer);
    this.view.dom.removeEventListener("mousemove", this.moved);
    this.view.dom.removeEventListener("mouseleave", this.left);
  }

  private readonly moved = (event: MouseEvent): void => {
    window.clearTimeout(this.timer);
    if (!this.lens.isOn || (event.target as Element).closest(".author-card")) return;
    const position = this.positionAt(event);
    const shown = this.card.shown(this.view.state);
    if (shown && position !== null && position >= shown.from && position < shown.to) return;
    this.timer = window.setTimeout(() => {
      if (position === null || !this.isStill(position) || !this.card.show(this.view, position)) this.hide();
    }, PATIENCE);
  };

  private readonly left = (): void => {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.hide(), PATIENCE);
  };

  private isStill(position: number): boolean {
    return this.lens.isOn && position < this.view.state.doc.length;
  }

  private hide(): void {
    // The card that was asked for by key stays until it is closed.
    if (!this.card.shown(this.view.state)?.byKey) this.card.hide(this.view);
  }

  /** The character under the pointer; null beside the text. */
  private positionAt({ clientX: x, clientY: y }: MouseEvent): number | null {
    const position = this.view.posAtCoords({ x, y });
    if (position === null) return null;
    const right = this.view.coordsAtPos(position, 1);
    const at = right && x < right.left ? position - 1 : position;
    const line = this.view.state.doc.lineAt(position);
    if (at < line.from || at >= line.to) return null;
    const [begin, end] = [this.view.coordsAtPos(at, 1), this.view.coordsAtPos(at + 1, -1)];
    const isOn = begin && end && y >= begin.top && y <= end.bottom && x >= begin.left - 1 && x <= end.right + 1;
    return isOn ? at : null;
  }
}
