import type { Gateway } from "../gateway";
import { Edits, type Answer, type Edit } from "../registers/edits";
import { KeptEdits } from "../registers/kept_edits";
import { Server } from "../registers/server";
import { say } from "../texts";
import { type Board, type BoardData, groupOf, titleOf, valueOf } from "./board";
import { Signs, type Templates } from "./signs";

/** The moves of cards that the server does not have yet: each is the edit of a cell, and stays until it is taken or given up. */
export class Moves {
  readonly server: Server;
  readonly edits: Edits;
  private readonly stops: (() => void)[];
  /** What the server has, and the board shows already. */
  private readonly settled = new Set<string>();
  private readonly signs: Signs;

  constructor(
    gateway: Gateway,
    private readonly board: Board,
    private readonly data: BoardData,
    me: string,
    templates: Templates,
    /** Have the board written again, as the server has it; `arrived` is called before that is written. */
    renew: (arrived?: () => void) => Promise<void>,
  ) {
    this.signs = new Signs(templates, (edit) => this.staleWords(edit));
    this.server = new Server(gateway, data);
    const kept = new KeptEdits(data.project, `${data.facet}.board`, me);
    this.edits = new Edits((edit) => this.send(edit), kept, () => crypto.randomUUID());
    kept.recover((edits) => this.edits.recover(edits.filter(({ field }) => field === data.field)));
    this.stops = [
      this.edits.on("changed", ({ record, field }) => {
        this.paint();
        if (!this.edits.of(record, field) && !this.settled.has(record)) void renew();
      }),
      this.edits.on("done", (edit) => {
        // The card stays where its person put it until the board comes with that, or with what was done since.
        void renew(() => {
          this.settled.add(edit.record);
          this.edits.shown(edit);
          this.settled.delete(edit.record);
        });
      }),
    ];
  }

  stop(): void {
    for (const stop of this.stops) stop();
  }

  /** Move a card to a group: the cell of its column gets that value. */
  move(card: HTMLElement, value: string): void {
    const record = card.dataset["record"] ?? "";
    const from = this.edits.of(record, this.data.field)?.before ?? valueOf(groupOf(card));
    const tips = (card.dataset["tips"] ?? "").split(" ").filter(Boolean);
    this.edits.begin({ record, field: this.data.field, text: from, tips }, value);
    this.edits.keep(record, this.data.field);
  }

  /** Send what was refused once more. */
  again(record: string): void {
    this.edits.keep(record, this.data.field);
  }

  keepMine(record: string): void {
    this.edits.keepMine(record, this.data.field);
  }

  takeBack(record: string): void {
    this.edits.drop(record, this.data.field);
  }

  /** Each card is in the group that its person chose, with what became of that. */
  paint(): void {
    const open = new Map(this.edits.all().map((edit) => [edit.record, edit]));
    for (const card of this.board.cards) {
      const edit = open.get(card.dataset["record"] ?? "");
      if (edit) this.paintMove(card, edit);
      else if (card.dataset["phase"]) this.signs.clear(card);
    }
  }

  private paintMove(card: HTMLElement, edit: Edit): void {
    const group = this.board.group(edit.text);
    if (group && groupOf(card) !== group) this.board.place(card, group);
    this.signs.show(card, edit);
  }

  private staleWords({ theirs, by }: Edit): string {
    const group = titleOf(this.board.group(theirs?.text ?? "")) || theirs?.text || "";
    return by ? say("board.stale.by", { name: by, group }) : say("board.stale", { group });
  }

  /** The value that moved meanwhile is named as groups are. */
  private async send(edit: Edit): Promise<Answer> {
    const answer = await this.server.set(edit);
    if (answer.kind !== "stale") return answer;
    const group = this.board.groups.find((each) => each.dataset["typed"] === answer.text);
    return { ...answer, text: group ? valueOf(group) : answer.text };
  }
}
