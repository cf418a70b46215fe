import { bytesOf } from "../base64";
import type { KeptHere } from "../kept_here";
import { Refused } from "../requests";
import { isHeld } from "../tabs";
import { ignore, type KeptTyping, nameOfWriter } from "./kept_typing";

/** What leftovers need of the text that is open. */
export interface OpenText {
  readonly writer: number | null;
  readonly isWritable: boolean;
  write(writer: number, update: Uint8Array): Promise<void>;
  retype(base: string, own: string): void;
}

/** What other pages of this person typed here in this browser and did not send before they were closed. */
export class Leftovers {
  private isSending = false;

  constructor(
    private readonly session: OpenText,
    private readonly kept: KeptHere<KeptTyping>,
  ) {}

  async send(): Promise<void> {
    if (this.isSending || this.session.writer === null) return;
    this.isSending = true;
    try {
      for (const [writer, typing] of this.kept.all()) {
        if (writer !== String(this.session.writer) && !(await isHeld(nameOfWriter(writer)))) await this.sendOne(writer, typing);
      }
    } catch (error) {
      ignore(error);
    } finally {
      this.isSending = false;
    }
  }

  private async sendOne(writer: string, { update, base, own }: KeptTyping): Promise<void> {
    try {
      await this.session.write(Number(writer), bytesOf(update));
    } catch (error) {
      if (!(error instanceof Refused) || [429, 503].includes(error.problem.status)) throw error;
      // The server takes it no more as it was typed: so it is typed anew.
      if (this.session.isWritable) this.session.retype(base, own);
      else return;
    }
    this.kept.remove(writer);
  }
}
