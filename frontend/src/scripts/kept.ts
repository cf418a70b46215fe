import { KeptHere } from "../kept_here";
import { newReference } from "../reference";
import { hold, isHeld } from "../tabs";
import { unsent } from "../unsent";

/** A text that is not saved, and the hash of the one that it was made from. */
export interface KeptText {
  base: string;
  text: string;
}

interface Entry extends KeptText {
  at: number;
}

/**
 * The unsaved text of a script: the server keeps it for its writer alone, and this browser until the server has it. It is
 * there again after a reload, in any browser.
 */
export class KeptScript {
  private readonly here: KeptHere<Entry>;
  private readonly own = newReference();
  private readonly place: string;
  private readonly lock: string;
  private last: KeptText | null = null;

  constructor(
    person: string,
    script: string,
    private readonly changed: (at: Date | null) => void,
  ) {
    this.here = new KeptHere<Entry>(person, `script.${script}`);
    this.place = `script:${script}`;
    this.lock = `foundry.script.${person}.${script}`;
    window.addEventListener("unsent", this.answered);
  }

  end(): void {
    window.removeEventListener("unsent", this.answered);
  }

  /** Whether another window of this browser writes this script for the same person. */
  async isElsewhere(): Promise<boolean> {
    if (!("locks" in navigator)) return false;
    if (await isHeld(this.lock)) return true;
    hold(this.lock);
    return false;
  }

  /** What was not saved when this script was left; the browser has it only where the server does not. */
  async load(): Promise<KeptText | null> {
    const [newest] = [...this.here.all().values()].sort((a, b) => b.at - a.at);
    if (newest) return newest;
    const kept = (await unsent.load()).get(this.place) ?? "";
    const at = kept.indexOf("\n");
    return at > 0 ? { base: kept.slice(0, at), text: kept.slice(at + 1) } : null;
  }

  keep(kept: KeptText): void {
    this.last = kept;
    this.here.keep(this.own, { ...kept, at: Date.now() });
    unsent.keep(this.place, `${kept.base}\n${kept.text}`);
  }

  /** It is saved, or not wanted any more. */
  discard(): void {
    this.last = null;
    this.forgetHere();
    unsent.discard(this.place);
  }

  private forgetHere(): void {
    for (const id of this.here.all().keys()) this.here.remove(id);
  }

  private readonly answered = (event: Event): void => {
    const { place, isKept, text } = (event as CustomEvent<{ place: string; isKept: boolean; text: string }>).detail;
    if (place !== this.place || !this.last) return;
    if (isKept && text === `${this.last.base}\n${this.last.text}`) this.forgetHere();
    this.changed(isKept ? new Date() : null);
  };
}
