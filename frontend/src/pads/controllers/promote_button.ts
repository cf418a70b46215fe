import { LiveController } from "../../controllers/live";
import { fetchPart } from "../../page_parts";
import { session, shown } from "../instance";
import { askedOf, type Asked, untilSent } from "../promote/selection";

/** In the address: the revision that the history leads here to promote. */
const WANTED = "promote";

/** Promote…: asks for the dialog about what is selected, at the revision that the server has. */
export class PromoteButtonController extends LiveController<HTMLButtonElement> {
  static override values = { address: String };
  declare readonly addressValue: string;

  override connect(): void {
    const revision = Number(new URLSearchParams(location.search).get(WANTED));
    if (!(revision > 0)) return;
    // Once: going back to the page, or loading it again, opens no dialog.
    const address = new URL(location.href);
    address.searchParams.delete(WANTED);
    window.history.replaceState(window.history.state, "", address);
    const stop = session.on("status", () => {
      if (session.phase !== "live") return;
      stop();
      void this.show({ revision, selection: "" });
    });
    this.follow(stop);
  }

  async open(): Promise<void> {
    await untilSent(session);
    await this.show(askedOf(session, shown.view));
  }

  private async show({ revision, selection }: Asked): Promise<void> {
    const query = new URLSearchParams({ revision: String(revision), selection, session: session.gateway.rememberedSession });
    await fetchPart(`${this.addressValue}?${query}`, { source: this.element, target: "#page-dialogs", swap: "innerHTML settle:0ms" });
  }
}
