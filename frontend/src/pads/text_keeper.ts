import type { Text } from "@codemirror/state";
import type { KeptWriting } from "./kept";

/** Milliseconds between two times that the texts are kept. */
const EVERY = 1_000;

/** What is typed, and the text of the server under it. */
interface Typed {
  readonly writer: number | null;
  readonly epoch: number;
  readonly revision: number;
  readonly base: Text;
  readonly ownText: Text;
}

/** Keeps both texts while changes wait: what waits long may meet another document, and then they say what was typed. */
export class TextKeeper {
  private timer = 0;
  private isWaiting = false;

  constructor(
    private readonly typed: Typed,
    private readonly kept: KeptWriting,
  ) {}

  /** Whether there are changes that the server does not have. */
  waits(isWaiting: boolean): void {
    this.isWaiting = isWaiting;
    if (isWaiting) {
      this.timer ||= window.setTimeout(() => this.keep(), EVERY);
      return;
    }
    window.clearTimeout(this.timer);
    this.timer = 0;
    const { writer, epoch } = this.typed;
    if (writer !== null) void this.kept.removeText(epoch, writer);
  }

  private keep(): void {
    this.timer = 0;
    const { writer, epoch, revision, base, ownText } = this.typed;
    if (!this.isWaiting || writer === null) return;
    void this.kept.keepText({ writer, epoch, revision, base: base.toString(), own: ownText.toString(), at: Date.now() });
    this.timer = window.setTimeout(() => this.keep(), EVERY);
  }
}
