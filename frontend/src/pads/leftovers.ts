import { type ChangeSet, Text } from "@codemirror/state";
import { toast } from "../base/controllers/toasts";
import type { Gateway } from "../gateway";
import { Disconnected, Refused } from "../requests";
import { say } from "../texts";
import { short } from "../time";
import { changesSince } from "./changes_since";
import type { KeptUpdate, KeptWriting } from "./kept";
import { rebased } from "./rebasing";
import { isHeld } from "../tabs";
import { nameOfWriter } from "./pad_state";

/** Another tab of this person's may still be there, or the server not know yet that it is gone. */
const FIRST_RETRY = 1_000;
const RETRY = 15_000;
const MAX_TRIES = 30;

/** The pad that is open. */
interface OpenPad {
  readonly gateway: Gateway;
  readonly data: { id: string };
  readonly writer: number | null;
  readonly base: Text;
  readonly unsent: ChangeSet;
  send(epoch: number, writer: number, update: Uint8Array): Promise<void>;
  type(changes: ChangeSet): void;
}

/** What pages of this account that are gone kept in this browser: the next one sends it. */
export class Leftovers {
  private isSending = false;
  private tries = 0;

  constructor(
    private readonly session: OpenPad,
    private readonly kept: KeptWriting,
  ) {}

  async send(): Promise<void> {
    if (this.isSending || this.session.writer === null) return;
    this.isSending = true;
    try {
      const left = (await this.kept.all()).filter(({ writer }) => writer !== this.session.writer);
      let waits = false;
      for (const group of groupsOf(left)) waits = !(await this.sendGroup(group)) || waits;
      if (waits && this.tries < MAX_TRIES) {
        window.setTimeout(() => void this.send(), Math.min(FIRST_RETRY * 2 ** this.tries, RETRY));
        this.tries += 1;
      }
    } finally {
      this.isSending = false;
    }
  }

  /** False where it has to be tried again. */
  private async sendGroup(group: KeptUpdate[]): Promise<boolean> {
    for (const one of group) {
      try {
        await this.session.send(one.epoch, one.writer, one.update);
      } catch (error) {
        if (error instanceof Disconnected) return true;
        if (!(error instanceof Refused)) throw error;
        const { status, code } = error.problem;
        if (code === "pad_renewed") return this.typeText(group);
        // Its tab is still there, or nobody writes now.
        return !(status === 403 || status === 429 || status === 503);
      }
      await this.kept.remove([one.id]);
    }
    this.merged(group);
    return true;
  }

  /** The document was renewed since: what was typed there is typed here. */
  private async typeText(group: KeptUpdate[]): Promise<boolean> {
    const { epoch, writer } = group[0]!;
    const found = (await this.kept.texts()).find((text) => text.epoch === epoch && text.writer === writer);
    if (found && (await isHeld(nameOfWriter(this.session.data.id, writer)))) return false;
    // Without it nobody can say what was typed: it stays.
    if (!found) return true;
    const missed = await changesSince(this.session.gateway, this.session.data.id, found.revision);
    const { base: now, typed } = rebased(textOf(found.base), textOf(found.own), missed, (change) => change.writer === writer);
    if (!now.eq(this.session.base)) return false;
    this.session.type(typed.map(this.session.unsent));
    this.merged(group);
    await this.kept.remove(group.map(({ id }) => id));
    await this.kept.removeText(epoch, writer);
    return true;
  }

  private merged(group: KeptUpdate[]): void {
    toast({ text: say("pads.merged", { time: short(new Date(group[0]!.at)) }), kind: "info" });
  }
}

function groupsOf(kept: readonly KeptUpdate[]): KeptUpdate[][] {
  const groups = new Map<string, KeptUpdate[]>();
  for (const one of kept) {
    const key = `${one.epoch} ${one.writer}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}

function textOf(text: string): Text {
  return Text.of(text.split("\n"));
}
