import { type Board, groupOf } from "./board";

/** Pixels that the pointer moves before a card is dragged, and milliseconds that a finger rests on one. */
const SLACK = 5;
const REST = 350;
/** Pixels from the edge within which the board scrolls, and how many at once. */
const EDGE = 48;
const PACE = 12;

interface On {
  /** A card has left its place. */
  begun: (card: HTMLElement) => void;
  /** It was dropped on a group, or given up. */
  ended: (card: HTMLElement, group: HTMLElement | null) => void;
}

/** A card that is dragged by mouse or pen, or by a finger that has rested on it. */
export class Dragging {
  private ghost: HTMLElement | null = null;
  private over: HTMLElement | null = null;
  private frame = 0;

  constructor(
    private readonly board: Board,
    private readonly on: On,
  ) {}

  get isActive(): boolean {
    return this.ghost !== null;
  }

  press(event: PointerEvent, card: HTMLElement): void {
    const from = { x: event.clientX, y: event.clientY };
    const isTouch = event.pointerType === "touch";
    const rest = isTouch ? window.setTimeout(() => this.begin(card, from), REST) : 0;
    const moved = (move: PointerEvent) => {
      const distance = Math.hypot(move.clientX - from.x, move.clientY - from.y);
      if (!this.ghost && distance >= SLACK) {
        if (isTouch) return stop(null);
        this.begin(card, from);
      }
      this.follow(move);
    };
    const stop = (group: HTMLElement | null) => {
      window.clearTimeout(rest);
      window.removeEventListener("pointermove", moved);
      for (const name of ["pointerup", "pointercancel"]) window.removeEventListener(name, ended);
      window.removeEventListener("keydown", escaped, true);
      window.removeEventListener("touchmove", held);
      if (this.ghost) this.end(card, group);
    };
    const ended = (end: Event) => stop(end.type === "pointerup" ? this.over : null);
    const escaped = (key: KeyboardEvent) => {
      if (key.key !== "Escape" || !this.ghost) return;
      key.stopPropagation();
      stop(null);
    };
    // While a card is in hand, the finger does not scroll.
    const held = (touch: TouchEvent) => {
      if (this.ghost) touch.preventDefault();
    };
    window.addEventListener("pointermove", moved);
    for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, ended);
    window.addEventListener("keydown", escaped, true);
    window.addEventListener("touchmove", held, { passive: false });
  }

  private begin(card: HTMLElement, { x, y }: { x: number; y: number }): void {
    const box = card.getBoundingClientRect();
    this.ghost = card.cloneNode(true) as HTMLElement;
    this.ghost.removeAttribute("id");
    this.ghost.inert = true;
    this.ghost.classList.add("board-ghost");
    this.ghost.style.width = `${box.width}px`;
    this.ghost.style.setProperty("--dx", `${box.left - x}px`);
    this.ghost.style.setProperty("--dy", `${box.top - y}px`);
    document.body.append(this.ghost);
    card.dataset["dragged"] = "";
    document.documentElement.dataset["dragging"] = "";
    this.on.begun(card);
    this.put(x, y);
  }

  private follow(event: PointerEvent): void {
    if (!this.ghost) return;
    event.preventDefault();
    this.put(event.clientX, event.clientY);
  }

  private put(x: number, y: number): void {
    if (!this.ghost) return;
    this.ghost.style.left = `${x}px`;
    this.ghost.style.top = `${y}px`;
    const at = document.elementFromPoint(x, y)?.closest<HTMLElement>(".board-group") ?? null;
    const over = at && "takes" in at.dataset ? at : null;
    if (over !== this.over) {
      delete this.over?.dataset["over"];
      this.over = over;
      if (over) over.dataset["over"] = "";
    }
    this.scroll(x);
  }

  /** At its edges the board scrolls for as long as the card is there. */
  private scroll(x: number): void {
    window.cancelAnimationFrame(this.frame);
    const { element } = this.board;
    const box = element.getBoundingClientRect();
    const step = x < box.left + EDGE ? -PACE : x > box.right - EDGE ? PACE : 0;
    if (step === 0) return;
    this.frame = window.requestAnimationFrame(() => {
      element.scrollLeft += step;
      this.scroll(x);
    });
  }

  private end(card: HTMLElement, group: HTMLElement | null): void {
    window.cancelAnimationFrame(this.frame);
    this.ghost?.remove();
    this.ghost = null;
    delete this.over?.dataset["over"];
    this.over = null;
    delete card.dataset["dragged"];
    delete document.documentElement.dataset["dragging"];
    this.on.ended(card, group && group !== groupOf(card) ? group : null);
  }
}
