import { takeCount } from "./counting";

/** The groups and cards of a board, as Django wrote them and as they are written again. */

/** What Django writes into the page of a board (`stages/automation/pages/board_view.py`). */
export interface BoardData {
  project: string;
  facet: string;
  /** The column by which cards are grouped. */
  field: string;
  /** The column in which a new record gets its text; empty for none. */
  title: string;
  mayWrite: boolean;
  addresses: { paste: string; create: string; delete: string; undo: string; redo: string; record: string };
}

/** Records that a group has at first. */
const FIRST = 30;

export class Board {
  /** How many cards of a group are wanted, where more were asked for. */
  private readonly wanted = new Map<string, number>();

  constructor(readonly element: HTMLElement) {}

  get groups(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>(".board-group")];
  }

  get cards(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>(".board-card")];
  }

  group(value: string): HTMLElement | undefined {
    return this.groups.find(({ dataset }) => dataset["value"] === value);
  }

  card(record: string): HTMLElement | null {
    return this.element.querySelector<HTMLElement>(`#card-${CSS.escape(record)}`);
  }

  /** Ask for more cards of a group, with the next writing. */
  want(group: HTMLElement, more: number): void {
    this.wanted.set(valueOf(group), Number(group.dataset["wanted"] ?? FIRST) + more);
  }

  /** The address of the groups alone, with as many cards as are wanted. */
  address(): string {
    const address = new URL(location.href);
    address.searchParams.delete("shown");
    address.searchParams.set("part", "board");
    for (const [value, count] of this.wanted) address.searchParams.append("shown", `${value}~${count}`);
    return address.pathname + address.search;
  }

  /** Put other groups in the place of those that are here; where somebody is, what they see and type stays. */
  write(html: string): void {
    const written = document.createElement("template");
    written.innerHTML = html;
    takeCount(written.content);
    const { activeElement } = document;
    const record = activeElement?.closest<HTMLElement>(".board-card")?.dataset["record"];
    const typed = activeElement instanceof HTMLInputElement && this.element.contains(activeElement) ? activeElement : null;
    const { scrollLeft } = this.element;
    const tops = new Map(this.groups.map((group) => [valueOf(group), listOf(group).scrollTop]));
    const forms = new Map(this.groups.map((group) => [valueOf(group), group.querySelector(".board-new")]));
    for (const group of written.content.querySelectorAll<HTMLElement>(".board-group")) {
      const form = forms.get(valueOf(group));
      if (form) group.querySelector(".board-new")?.replaceWith(form);
    }
    this.element.replaceChildren(written.content);
    this.element.scrollLeft = scrollLeft;
    for (const group of this.groups) listOf(group).scrollTop = tops.get(valueOf(group)) ?? 0;
    if (typed) typed.focus({ preventScroll: true });
    else if (record) faceOf(this.card(record))?.focus({ preventScroll: true });
  }

  /** Put a card at the head of a group, or behind the card that it was behind. */
  place(card: HTMLElement, group: HTMLElement, before: Element | null = listOf(group).firstElementChild): void {
    const list = listOf(group);
    const hadFocus = card.contains(document.activeElement);
    if (card.parentElement !== list || card.nextElementSibling !== before) list.insertBefore(card, before === card ? card.nextSibling : before);
    if (hadFocus) faceOf(card)?.focus({ preventScroll: true });
  }

  /** Of all cards one is reached by Tab: the current one, or else the first. */
  rove(record: string): void {
    const current = (record && this.card(record)) || this.cards[0];
    for (const card of this.cards) faceOf(card)?.setAttribute("tabindex", card === current ? "0" : "-1");
  }

  /** The card that an arrow key leads to. */
  beside(card: HTMLElement, key: string): HTMLElement | undefined {
    const group = groupOf(card);
    const cards = cardsOf(group);
    const at = cards.indexOf(card);
    if (key === "ArrowDown") return cards[at + 1];
    if (key === "ArrowUp") return cards[at - 1];
    if (key === "Home") return cards[0];
    if (key === "End") return cards.at(-1);
    const filled = this.groups.filter((each) => each === group || cardsOf(each).length > 0);
    const next = filled[filled.indexOf(group) + (key === "ArrowRight" ? 1 : -1)];
    return next && nearest(cardsOf(next), card);
  }

  /** The group at the left (-1) or the right (1) of another one, of those that take cards. */
  next(group: HTMLElement, step: -1 | 1): HTMLElement | undefined {
    const taking = this.groups.filter((each) => "takes" in each.dataset || each === group);
    const found = taking[taking.indexOf(group) + step];
    return found && "takes" in found.dataset ? found : undefined;
  }
}

export function valueOf(group: HTMLElement): string {
  return group.dataset["value"] ?? "";
}

export function titleOf(group: HTMLElement | undefined): string {
  return group?.querySelector("[data-part=title]")?.textContent?.trim() ?? "";
}

export function listOf(group: HTMLElement): HTMLElement {
  return group.querySelector<HTMLElement>(".board-cards") as HTMLElement;
}

export function cardsOf(group: HTMLElement): HTMLElement[] {
  return [...listOf(group).children] as HTMLElement[];
}

export function groupOf(card: HTMLElement): HTMLElement {
  return card.closest<HTMLElement>(".board-group") as HTMLElement;
}

export function faceOf(card: Element | null | undefined): HTMLElement | null {
  return card?.querySelector<HTMLElement>(".board-face") ?? null;
}

export function labelOf(card: HTMLElement): string {
  return card.dataset["label"] ?? "";
}

function nearest(cards: HTMLElement[], to: HTMLElement): HTMLElement | undefined {
  const { top } = to.getBoundingClientRect();
  const far = (card: HTMLElement) => Math.abs(card.getBoundingClientRect().top - top);
  return cards.reduce<HTMLElement | undefined>((best, card) => (!best || far(card) < far(best) ? card : best), undefined);
}
