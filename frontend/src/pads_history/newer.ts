import type { Gateway } from "../gateway";
import { Disconnected, Refused } from "../requests";

declare module "../protocol" {
  interface Commands {
    "topic.follow": [{ topic: string }, { seq: number | null; reset: boolean }];
  }
}

/** The newest revision of a pad, as it grows. */
export class NewestRevision {
  private newest = 0;

  /** `changed` is called with each newer one. */
  constructor(
    private readonly gateway: Gateway,
    private readonly pad: string,
    private readonly changed: (newest: number) => void,
  ) {}

  /** Follow it until what this returns is called. */
  follow(): () => void {
    const stops = [
      this.gateway.on("snapshot", () => void this.ask()),
      this.gateway.on("notification", ({ method, params }) => {
        const frame = params as { pad_id?: string; changes?: { revision: number }[]; revision?: number };
        if (frame.pad_id !== this.pad) return;
        if (method === "pad.changed") this.take(frame.changes?.at(-1)?.revision ?? 0);
        if (method === "pad.head") this.take(frame.revision ?? 0);
      }),
    ];
    if (this.gateway.isLive) void this.ask();
    return () => stops.forEach((stop) => stop());
  }

  private async ask(): Promise<void> {
    try {
      const { seq } = await this.gateway.request("topic.follow", { topic: `pad.${this.pad}` });
      this.take(seq ?? 0);
    } catch (error) {
      // After the next connection it is asked for again.
      if (!(error instanceof Disconnected || error instanceof Refused)) throw error;
    }
  }

  private take(revision: number): void {
    if (revision <= this.newest) return;
    this.newest = revision;
    this.changed(revision);
  }
}
