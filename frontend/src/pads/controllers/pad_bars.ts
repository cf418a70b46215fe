import { toast } from "../../base/controllers/toasts";
import { instantiate, LiveController, part } from "../../controllers/live";
import { say } from "../../texts";
import { session } from "../instance";

/** Between the frame and the sheet: what the server does not take, and that one sees the pad no more. */
export class PadBarsController extends LiveController {
  static override targets = ["bars", "refused", "ended"];
  declare readonly barsTarget: HTMLElement;
  declare readonly refusedTarget: HTMLTemplateElement;
  declare readonly endedTarget: HTMLTemplateElement;
  private shown = "";

  override connect(): void {
    this.follow(session.on("status", () => this.paint()));
  }

  async copy(): Promise<void> {
    await navigator.clipboard.writeText(session.ownText.toString());
    toast({ text: say("pads.copied") });
  }

  discard(): void {
    session.discard();
  }

  private paint(): void {
    const { phase, problem, outbox } = session;
    const isRefused = problem !== null && outbox.count > 0;
    const kind = phase === "ended" && outbox.count > 0 ? "ended" : isRefused ? "refused" : "";
    if (kind !== this.shown) {
      this.shown = kind;
      this.barsTarget.replaceChildren(...(kind ? [instantiate(kind === "ended" ? this.endedTarget : this.refusedTarget)] : []));
    }
    const why = part(this.barsTarget, "why");
    if (why) why.textContent = problem?.detail || say(whyNot());
  }
}

/** Why nobody, or not this reader, writes now. */
function whyNot(): string {
  if (session.isArchived) return "pads.refused.archived";
  return session.data.is_closed ? "pads.refused.closed" : "pads.refused.reads";
}
