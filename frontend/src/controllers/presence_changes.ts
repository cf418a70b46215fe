import { gateway } from "../live";
import type { Present } from "../protocol";
import { LiveController } from "./live";

/** Milliseconds; several come at once when a page is opened. */
const PAUSE = 300;

/** Dispatches `changed` when somebody came to the project, went, or is in another place of it. */
export class PresenceChangesController extends LiveController {
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

  protected compare(present: Present[]): void {
    const found = present.map(({ user, fields }) => `${user.id} ${fields.join(" ")}`).sort().join("\n");
    if (this.known !== null && found !== this.known) this.soon();
    this.known = found;
  }

  protected soon(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.dispatch("changed"), PAUSE);
  }
}
