import { toast } from "../base/controllers/toasts";
import { part } from "../controllers/live";
import type { Server } from "../registers/server";
import { Disconnected, Refused } from "../requests";
import { say } from "../texts";
import { type Board, type BoardData, groupOf, listOf, titleOf, valueOf } from "./board";

/** New records, typed at the head of the group that they are for: Enter makes one, and the next can be typed. */
export class NewCards {
  constructor(
    private readonly board: Board,
    private readonly data: BoardData,
    private readonly server: Server,
    private readonly renew: () => Promise<void>,
    private readonly announce: (words: string) => void,
  ) {}

  open(group: HTMLElement): void {
    const form = group.querySelector<HTMLFormElement>(".board-new");
    if (!form) return;
    form.hidden = false;
    listOf(group).scrollTop = 0;
    if (this.data.title) form.querySelector("input")?.focus();
    else void this.create(form);
  }

  close(form: HTMLFormElement): void {
    form.hidden = true;
    groupOf(form).querySelector<HTMLElement>("header button")?.focus();
  }

  /** What is refused, or finds no connection, stays in its input with the reason. */
  async create(form: HTMLFormElement): Promise<void> {
    const input = form.querySelector("input");
    const text = input?.value.trim() ?? "";
    const group = groupOf(form);
    if (form.dataset["busy"] !== undefined || (!text && this.data.title)) return;
    form.dataset["busy"] = "";
    const values: Record<string, string> = { [this.data.field]: valueOf(group) };
    if (this.data.title && text) values[this.data.title] = text;
    if (!values[this.data.field]) delete values[this.data.field];
    // The same one again, where nobody knows whether the first was taken.
    const ref = (form.dataset["ref"] ??= crypto.randomUUID());
    try {
      const { created } = await this.server.paste([{ record: null, values, bases: {} }], ref);
      delete form.dataset["ref"];
      if (input) input.value = "";
      this.say(form, "");
      await this.renew();
      this.made(created[0] ?? "", text, titleOf(group));
      if (!this.data.title) form.hidden = true;
    } catch (error) {
      this.failed(form, error);
    } finally {
      delete form.dataset["busy"];
    }
  }

  private made(record: string, card: string, group: string): void {
    if (this.board.card(record)) this.announce(say("board.made", { card, group }));
    else toast({ text: say("board.made.elsewhere", { card, group }), about: "board-made" });
  }

  private failed(form: HTMLFormElement, error: unknown): void {
    if (error instanceof Refused) {
      delete form.dataset["ref"];
      const errors = Object.values((error.problem["errors"] ?? {}) as Record<string, string[]>);
      this.say(form, errors[0]?.[0] ?? error.problem.detail);
    } else if (error instanceof Disconnected) this.say(form, say("registers.offline.not_done"));
    else throw error;
  }

  private say(form: HTMLFormElement, words: string): void {
    const problem = part(form, "problem");
    if (!problem) return;
    problem.textContent = words;
    problem.hidden = words === "";
    form.querySelector("input")?.setAttribute("aria-invalid", String(words !== ""));
  }
}
