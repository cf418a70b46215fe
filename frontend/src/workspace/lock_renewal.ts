import { Disconnected, Refused } from "../gateway";
import type { Field } from "./field";
import type { ProjectState } from "./state";

/** Since when this tab's person has done nothing, and what that means for what they hold. */
const IDLE_WITH_TEXT = 5 * 60_000;
const IDLE_WITHOUT = 60_000;

/** Keeps what this tab holds, as long as its person is doing something. */
export class LockRenewal {
  private activeAt = Date.now();
  private timer = 0;

  /** `lost` is called for a field whose lock the server ended. */
  constructor(
    private readonly project: Pick<ProjectState, "fields" | "gateway" | "isLive">,
    private readonly lost: (field: Field) => void,
  ) {
    // Not keys alone: dictation, input methods and on-screen keyboards write without them, in any field of the page.
    for (const sign of ["keydown", "pointerdown", "wheel", "input", "compositionupdate"] as const) {
      window.addEventListener(sign, () => this.noteActivity(), { passive: true });
    }
  }

  noteActivity(): void {
    this.activeAt = Date.now();
  }

  /** Locks live for `ttl` seconds from now on. */
  begin(ttl: number): void {
    window.clearInterval(this.timer);
    this.timer = window.setInterval(() => void this.renew(), (ttl * 1000) / 3);
  }

  private async renew(): Promise<void> {
    const { project } = this;
    const idle = Date.now() - this.activeAt;
    const held = [...project.fields.values()].filter(
      (field) => field.isHeld && idle < (field.isDirty ? IDLE_WITH_TEXT : IDLE_WITHOUT),
    );
    if (held.length === 0 || !project.isLive) return;
    try {
      const { lost } = await project.gateway.request("lock.renew", { fields: held.map((field) => field.name) });
      for (const field of held) if (lost.includes(field.name)) this.lost(field);
    } catch (error) {
      if (!(error instanceof Disconnected || error instanceof Refused)) throw error;
    }
  }
}
