import { gateway } from "../live";
import type { Present } from "../protocol";
import { LiveController } from "./live";

/** Milliseconds; several come at once when a page is opened. */
const PAUSE = 300;

/**
 * By the name of a controller: who was there when it looked last, and the names of those who have not yet said that it
 * changed. Its element is another one after each answer, and what happened before that must not be lost.
 */
const known = new Map<string, string>();
const due = new Set<string>();

/** Dispatches `changed` when somebody came to the project, went, or is in another place of it. */
export class PresenceChangesController extends LiveController {
  private timer = 0;

  override connect(): void {
    this.follow(
      gateway.on("snapshot", ({ present }) => this.compare(present)),
      gateway.on("present", (present) => this.compare(present)),
      gateway.on("ephemeral", ({ name }) => {
        if (name.startsWith("presence.")) this.soon();
      }),
      () => window.clearTimeout(this.timer),
    );
    if (due.has(this.identifier)) this.soon();
  }

  protected compare(present: Present[]): void {
    const found = present.map(({ user, fields }) => `${user.id} ${fields.join(" ")}`).sort().join("\n");
    const before = known.get(this.identifier);
    if (before !== undefined && found !== before) this.soon();
    known.set(this.identifier, found);
  }

  protected soon(): void {
    due.add(this.identifier);
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      due.delete(this.identifier);
      this.dispatch("changed");
    }, PAUSE);
  }
}
