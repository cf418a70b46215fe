import { LiveBodyController } from "../../controllers/live_body";
import { gateway } from "../../live";

/** At most one page a second, however fast home writes. */
const EVERY = 1000;

/**
 * A page of the copied record: more of the record, or a text that was asked for, comes without an event of this project,
 * and the page is written again.
 */
export class RecordBodyController extends LiveBodyController {
  static override values = { on: String, address: String, ephemerals: String };
  declare readonly ephemeralsValue: string;
  private stop: (() => void) | null = null;
  private timer: number | undefined;

  override connect(): void {
    super.connect();
    this.stop = gateway.on("ephemeral", ({ name }) => {
      if (this.ephemeralsValue.split(" ").includes(name)) this.later();
    });
  }

  override disconnect(): void {
    super.disconnect();
    this.stop?.();
    window.clearTimeout(this.timer);
  }

  private later(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.refresh(), EVERY);
  }
}
