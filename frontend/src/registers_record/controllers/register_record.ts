import { Controller } from "@hotwired/stimulus";
import { pressed, types } from "../../shortcuts";

/** The keys of a record's page: the record before and behind this one, the conflict to decide, a new link. */
export class RegisterRecordController extends Controller<HTMLElement> {
  static override values = { before: String, after: String, decide: String, link: String };
  declare readonly beforeValue: string;
  declare readonly afterValue: string;
  declare readonly decideValue: string;
  declare readonly linkValue: string;

  key(event: KeyboardEvent): void {
    if (event.defaultPrevented || types(event) || document.querySelector("dialog[open]")) return;
    const address = this.addressOf(pressed(event));
    if (!address) return;
    event.preventDefault();
    location.assign(address);
  }

  private addressOf(shortcut: string | undefined): string {
    if (shortcut === "record-after") return this.afterValue;
    if (shortcut === "record-before") return this.beforeValue;
    if (shortcut === "record-decide") return this.decideValue;
    return shortcut === "record-link" ? this.linkValue : "";
  }
}
