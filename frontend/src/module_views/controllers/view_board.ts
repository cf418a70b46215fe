import { LiveController } from "../../controllers/live";
import { gateway, me } from "../../live";
import { authorOf } from "../../registers/authors";
import { ContextMenu } from "../../registers/context_menu";
import { RECORDS_CHANGED, type RecordsChanged } from "../../registers/protocol";
import { takeBack } from "../../registers_matrix/taking_back";
import { say } from "../../texts";
import { Board, type BoardData, faceOf, groupOf, labelOf, titleOf, valueOf } from "../board";
import { Dragging } from "../dragging";
import { Lifting } from "../lifting";
import { Moves } from "../moves";
import { NewCards } from "../new_cards";
import { Renewal } from "../renewal";

const ARROWS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"];
/** Milliseconds: whoever types a search is shown what fits when they pause. */
const PAUSE = 250;

/** A board: cards are moved between groups by pointer, keys and menu; what others do shows. */
export class ViewBoardController extends LiveController {
  static override targets = ["board", "menu", "words", "refused", "stale", "waiting"];
  declare readonly boardTarget: HTMLElement;
  declare readonly menuTarget: HTMLElement;
  declare readonly wordsTarget: HTMLElement;
  declare readonly refusedTarget: HTMLTemplateElement;
  declare readonly staleTarget: HTMLTemplateElement;
  declare readonly waitingTarget: HTMLTemplateElement;
  private facts!: BoardData;
  private board!: Board;
  private moves!: Moves;
  private renewal!: Renewal;
  private dragging!: Dragging;
  private lifting!: Lifting;
  private cards!: NewCards;
  private menus!: ContextMenu;
  private current = "";
  private timer = 0;

  override connect(): void {
    this.facts = JSON.parse(document.getElementById("board-data")?.textContent ?? "{}") as BoardData;
    const board = (this.board = new Board(this.boardTarget));
    const isHeld = () => this.dragging.isActive || this.lifting.isActive;
    this.renewal = new Renewal(() => board.address(), isHeld, (html) => {
      board.write(html);
      this.paint();
    });
    const templates = { refused: this.refusedTarget, stale: this.staleTarget, waiting: this.waitingTarget };
    this.moves = new Moves(gateway, board, this.facts, me, templates, (arrived) => this.renewal.now(arrived));
    const announce = (words: string) => this.announce(words);
    const dropped = (card: HTMLElement, group: HTMLElement) => this.move(card, group);
    this.lifting = new Lifting(board, announce, dropped, () => this.renewal.released());
    this.dragging = new Dragging(board, {
      begun: (card) => (this.current = recordOf(card)),
      ended: (card, group) => {
        if (group) dropped(card, group);
        this.renewal.released();
      },
    });
    this.cards = new NewCards(board, this.facts, this.moves.server, () => this.renewal.now(), announce);
    this.menus = new ContextMenu([this.menuTarget], () => this.focus());
    this.follow(...this.listen());
    this.paint();
    this.element.dataset["ready"] = "";
  }

  key(event: KeyboardEvent): void {
    const card = (event.target as HTMLElement).closest<HTMLElement>(".board-face")?.closest<HTMLElement>(".board-card");
    if (!card || event.isComposing || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.lifting.isActive) {
      if (this.lifting.key(event)) event.preventDefault();
      return;
    }
    if (ARROWS.includes(event.key)) {
      event.preventDefault();
      faceOf(this.board.beside(card, event.key))?.focus();
    } else if (event.key === "Enter") location.assign(this.addressOf(card));
    else if (event.key === " ") {
      event.preventDefault();
      if (this.facts.mayWrite) this.lifting.lift(card);
    } else if (event.key.toLowerCase() === "m" && this.facts.mayWrite) {
      event.preventDefault();
      this.showMenu(card, card.getBoundingClientRect());
    }
  }

  /** Ctrl+Z and Ctrl+Y are those of a table. */
  keyAnywhere(event: KeyboardEvent): void {
    const name = event.key.toLowerCase();
    const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
    if (event.defaultPrevented || isTyping || !(event.ctrlKey || event.metaKey) || event.altKey || !this.facts.mayWrite || (name !== "z" && name !== "y")) return;
    event.preventDefault();
    const isRedo = name === "y" || event.shiftKey;
    const { undo, redo } = this.facts.addresses;
    void takeBack(isRedo ? redo : undo, this.facts.facet).then(() => this.renewal.now());
  }

  press(event: PointerEvent): void {
    const target = event.target as HTMLElement;
    const card = target.closest<HTMLElement>(".board-card");
    if (!card || event.button !== 0 || !this.facts.mayWrite || target.closest("a, button")) return;
    this.lifting.giveUp();
    this.dragging.press(event, card);
  }

  /** Twice on a card opens its record. */
  click(event: MouseEvent): void {
    const card = (event.target as HTMLElement).closest<HTMLElement>(".board-card");
    if (card && event.detail === 2 && !(event.target as HTMLElement).closest("a, button")) location.assign(this.addressOf(card));
  }

  menu(event: MouseEvent): void {
    const card = (event.target as HTMLElement).closest<HTMLElement>(".board-card");
    if (!card || !this.facts.mayWrite || (event.target as HTMLElement).closest("a")) return;
    event.preventDefault();
    const isKey = event.clientX === 0 && event.clientY === 0;
    const box = card.getBoundingClientRect();
    this.showMenu(card, isKey ? box : { left: event.clientX, bottom: event.clientY });
  }

  openMenu(event: Event): void {
    const button = event.currentTarget as HTMLElement;
    const card = button.closest<HTMLElement>(".board-card");
    if (card) this.showMenu(card, button.getBoundingClientRect());
  }

  moveTo(event: Event): void {
    const card = this.board.card(this.current);
    const group = this.board.group((event.currentTarget as HTMLElement).dataset["value"] ?? "");
    if (card && group && group !== groupOf(card)) this.move(card, group);
    this.focus();
  }

  focused(event: FocusEvent): void {
    const card = (event.target as HTMLElement).closest<HTMLElement>(".board-card");
    if (!card) return;
    this.current = recordOf(card);
    this.board.rove(this.current);
  }

  more(event: Event): void {
    const button = event.currentTarget as HTMLElement;
    const group = groupOf(button);
    const value = valueOf(group);
    this.board.want(group, Number(button.dataset["step"]));
    void this.renewal.now().then(() => {
      const cards = this.board.group(value)?.querySelectorAll<HTMLElement>(".board-face");
      if (document.activeElement === document.body) cards?.[cards.length - 1]?.focus({ preventScroll: true });
    });
  }

  add(event: Event): void {
    this.cards.open(groupOf(event.currentTarget as HTMLElement));
  }

  create(event: Event): void {
    event.preventDefault();
    void this.cards.create(event.currentTarget as HTMLFormElement);
  }

  giveUp(event: Event): void {
    this.cards.close(event.currentTarget as HTMLFormElement);
  }

  again(event: Event): void {
    this.moves.again(recordOf(cardAt(event)));
  }

  keepMine(event: Event): void {
    this.moves.keepMine(recordOf(cardAt(event)));
  }

  takeBack(event: Event): void {
    this.moves.takeBack(recordOf(cardAt(event)));
  }

  /** What is typed into the search is in the address, and shown when the typing pauses. */
  find(event: Event): void {
    const text = (event.target as HTMLInputElement).value.trim();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      const address = new URL(location.href);
      if (text) address.searchParams.set("q", text);
      else address.searchParams.delete("q");
      history.replaceState(history.state, "", address);
      void this.renewal.now();
    }, PAUSE);
  }

  search(event: Event): void {
    const input = this.element.querySelector<HTMLInputElement>(".reg-search input[type=search]");
    if (!input) return;
    event.preventDefault();
    input.focus();
    input.select();
  }

  leave(event: BeforeUnloadEvent): void {
    if (this.moves.edits.unsent > 0) event.preventDefault();
  }

  private listen(): (() => void)[] {
    const offline = this.element.querySelector<HTMLElement>("[data-offline]");
    return [
      gateway.on("connection", ({ phase }) => {
        this.moves.edits.connected(phase === "live");
        if (offline && phase !== "connecting") offline.hidden = phase !== "waiting";
      }),
      gateway.events.onAny(RECORDS_CHANGED, (event) => void this.changed(event)),
      gateway.on("missed", () => void this.renewal.now()),
      () => this.moves.stop(),
      () => this.menus.stop(),
      () => window.clearTimeout(this.timer),
    ];
  }

  /** What somebody else did to cards is marked for a moment; moves that they crossed are asked about. */
  private async changed(event: RecordsChanged): Promise<void> {
    await this.renewal.soon();
    const by = authorOf(event, me);
    if (!by) return;
    for (const record of event.data.records ?? []) {
      const card = this.board.card(record);
      if (!card) continue;
      const tips = (card.dataset["tips"] ?? "").split(" ").filter(Boolean);
      this.moves.edits.arrived({ record, field: this.facts.field, text: card.dataset["value"] ?? "", tips }, by);
      card.dataset["arrived"] = "";
      window.setTimeout(() => delete card.dataset["arrived"], 1_500);
    }
  }

  private move(card: HTMLElement, group: HTMLElement): void {
    const facts = { card: labelOf(card), group: titleOf(group) };
    this.moves.move(card, valueOf(group));
    this.announce(say("board.moved", facts));
    faceOf(card)?.focus({ preventScroll: false });
  }

  private paint(): void {
    this.moves.paint();
    this.board.rove(this.current);
  }

  private showMenu(card: HTMLElement, { left, bottom }: { left: number; bottom: number }): void {
    this.current = recordOf(card);
    const menu = this.menus.show("move", { x: left, y: bottom });
    const here = valueOf(groupOf(card));
    for (const item of menu?.querySelectorAll<HTMLButtonElement>("[data-value]") ?? []) item.ariaCurrent = item.dataset["value"] === here ? "true" : null;
  }

  private focus(): void {
    faceOf(this.board.card(this.current))?.focus();
  }

  private addressOf(card: HTMLElement): string {
    return this.facts.addresses.record.replace("RECORD", recordOf(card));
  }

  private announce(words: string): void {
    this.wordsTarget.textContent = words;
  }
}

function cardAt(event: Event): HTMLElement {
  return (event.currentTarget as HTMLElement).closest<HTMLElement>(".board-card") as HTMLElement;
}

function recordOf(card: HTMLElement): string {
  return card.dataset["record"] ?? "";
}
