import { Emitter } from "../../emitter";
import type { PadSession } from "../session";

/** Stands for the text that the pad began with. */
export const NOBODY = "nobody";

/** Who wrote this: whether the page says it, and whose words it shows while all others fade. */
export class AuthorsLens extends Emitter<{ changed: null }> {
  isOn = false;
  /** The id of an account, or `NOBODY`; null while all words are the same. */
  chosen: string | null = null;

  constructor(private readonly session: PadSession) {
    super();
    session.on("writers", () => this.isOn && this.emit("changed", null));
  }

  turn(isOn: boolean): void {
    this.isOn = isOn;
    if (!isOn) this.chosen = null;
    this.emit("changed", null);
  }

  /** Show somebody's words, or again those of all. */
  choose(person: string | null): void {
    this.chosen = person === this.chosen ? null : person;
    if (this.chosen !== null) this.isOn = true;
    this.emit("changed", null);
  }

  /** Whose a writer's words are: somebody may write in several sessions. */
  personOf(writer: number): string {
    return this.session.writers.get(writer)?.id ?? NOBODY;
  }
}
