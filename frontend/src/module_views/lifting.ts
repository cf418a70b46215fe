import { say } from "../texts";
import { type Board, cardsOf, faceOf, groupOf, labelOf, titleOf } from "./board";

/** A card that is moved by keys: picked up, led by the arrows to a group, and dropped there. */
export class Lifting {
  private card: HTMLElement | null = null;
  private from: { group: HTMLElement; before: Element | null } | null = null;

  constructor(
    private readonly board: Board,
    private readonly announce: (words: string) => void,
    private readonly dropped: (card: HTMLElement, group: HTMLElement) => void,
    private readonly ended: () => void,
  ) {}

  get isActive(): boolean {
    return this.card !== null;
  }

  lift(card: HTMLElement): void {
    this.card = card;
    this.from = { group: groupOf(card), before: card.nextElementSibling };
    card.dataset["lifted"] = "";
    faceOf(card)?.addEventListener("blur", this.left);
    this.announce(say("board.lifted", { card: labelOf(card), group: titleOf(groupOf(card)) }));
  }

  /** Whether a key meant the card in hand. */
  key({ key }: KeyboardEvent): boolean {
    if (key === "ArrowLeft" || key === "ArrowRight") this.step(key === "ArrowRight" ? 1 : -1);
    else if (key === " " || key === "Enter") this.drop();
    else if (key === "Escape") this.giveUp();
    else return key !== "Tab";
    return true;
  }

  /** It is where it was. */
  giveUp(): void {
    const { card, from } = this;
    if (!card || !from) return;
    this.end(card);
    this.board.place(card, from.group, from.before);
    this.announce(say("board.given_up", { card: labelOf(card), group: titleOf(from.group) }));
    this.ended();
  }

  private step(by: -1 | 1): void {
    const { card } = this;
    const group = card && this.board.next(groupOf(card), by);
    if (!card || !group) return;
    this.quietly(card, () => this.board.place(card, group));
    group.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.announce(say("board.at", { group: titleOf(group), at: 1, count: cardsOf(group).length }));
  }

  private drop(): void {
    const { card, from } = this;
    if (!card || !from) return;
    const group = groupOf(card);
    this.end(card);
    if (group === from.group) {
      this.board.place(card, from.group, from.before);
      this.announce(say("board.given_up", { card: labelOf(card), group: titleOf(group) }));
    } else {
      // It is counted from where it was.
      this.board.place(card, from.group, from.before);
      this.dropped(card, group);
    }
    this.ended();
  }

  private end(card: HTMLElement): void {
    faceOf(card)?.removeEventListener("blur", this.left);
    delete card.dataset["lifted"];
    this.card = this.from = null;
  }

  /** An element that is moved loses the focus for a moment. */
  private quietly(card: HTMLElement, work: () => void): void {
    const face = faceOf(card);
    face?.removeEventListener("blur", this.left);
    work();
    face?.addEventListener("blur", this.left);
  }

  /** Whoever goes elsewhere has given it up. */
  private readonly left = (): void => {
    this.giveUp();
  };
}
