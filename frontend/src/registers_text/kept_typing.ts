import { Disconnected, Refused } from "../requests";

/** What is kept in this browser until the server has it: the update, and the texts that it leads from and to. */
export interface KeptTyping {
  update: string;
  base: string;
  own: string;
}

/** What a page holds while it types under a client id. */
export function nameOfWriter(writer: number | string): string {
  return `foundry.register_text.${writer}`;
}

export function ignore(error: unknown): void {
  if (!(error instanceof Disconnected || error instanceof Refused)) throw error;
}
