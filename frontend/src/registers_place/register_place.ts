import { PresenceChangesController } from "../controllers/presence_changes";
import { gateway } from "../live";
import { fetchPart } from "../page_parts";
import "./protocol";

/**
 * Who is here, on a page of registers: shows the others where this one is, a record or a table, and has the bar written
 * again when somebody came, went or is somewhere else. A page whose script says more than that says it itself.
 */
export class RegisterPlaceController extends PresenceChangesController {
  static override values = { at: String, address: String };
  declare readonly atValue: string;
  declare readonly addressValue: string;

  override connect(): void {
    super.connect();
    this.follow(
      gateway.on("connection", ({ phase }) => {
        if (phase === "live" && this.atValue) this.say();
      }),
    );
    if (gateway.isLive && this.atValue) this.say();
  }

  refresh(): void {
    void fetchPart(this.addressValue, { source: this.element, target: this.element, select: "#none", swap: "none" });
  }

  private say(): void {
    // It is shown, and no more: nobody misses it.
    gateway.request("record.at", { place: this.atValue }).catch(() => undefined);
  }
}
