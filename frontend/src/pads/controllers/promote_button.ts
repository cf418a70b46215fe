import { Controller } from "@hotwired/stimulus";
import { fetchPart } from "../../page_parts";
import { session, shown } from "../instance";
import { askedOf, untilSent } from "../promote/selection";

/** Promote…: asks for the dialog about what is selected, at the revision that the server has. */
export class PromoteButtonController extends Controller<HTMLButtonElement> {
  static override values = { address: String };
  declare readonly addressValue: string;

  async open(): Promise<void> {
    await untilSent(session);
    const { revision, selection } = askedOf(session, shown.view);
    const query = new URLSearchParams({ revision: String(revision), selection, session: session.gateway.rememberedSession });
    await fetchPart(`${this.addressValue}?${query}`, { source: this.element, target: "#page-dialogs", swap: "innerHTML settle:0ms" });
  }
}
