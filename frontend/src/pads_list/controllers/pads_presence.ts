import { LiveController } from "../../controllers/live";
import { gateway } from "../../live";
import type { Present } from "../../protocol";

const PAUSE = 300;
/** Milliseconds after which the list is no longer true of who writes: typing is no event. */
const TRUE_FOR = 20_000;

/** Asks for the list of pads again when somebody came to a pad, or went; with `writing`, also who writes there. */
export class PadsPresenceController extends LiveController {
  static override values = { writing: Boolean };
  declare readonly writingValue: boolean;
  private askedAt = Date.now();
  private timer = 0;
  private known: string | null = null;

  override connect(): void {
    this.follow(
      gateway.on("snapshot", ({ present }) => this.compare(present)),
      gateway.on("present", (present) => this.compare(present)),
      gateway.on("ephemeral", ({ name }) => {
        if (name.startsWith("presence.")) this.soon();
      }),
      () => window.clearTimeout(this.timer),
    );
  }

  private compare(present: Present[]): void {
    const found = present.map(({ user, fields }) => `${user.id} ${fields.join(" ")}`).sort().join("\n");
    if (this.known !== null && found !== this.known) this.soon();
    this.known = found;
    const isIn = present.some(({ fields }) => fields.some((name) => name.startsWith("pads/")));
    if (this.writingValue && isIn && Date.now() - this.askedAt > TRUE_FOR) this.soon();
  }

  private soon(): void {
    this.askedAt = Date.now();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.dispatch("changed"), PAUSE);
  }
}
