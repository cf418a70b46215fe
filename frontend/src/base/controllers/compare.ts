import { Controller } from "@hotwired/stimulus";
import { carryToasts } from "./toasts";

/** The compare page: from change to change by P and N. */
export class CompareController extends Controller<HTMLElement> {
  static override targets = ["change", "number", "row"];
  declare readonly changeTargets: HTMLElement[];
  declare readonly numberTarget: HTMLElement;
  declare readonly rowTargets: HTMLElement[];
  private at = -1;

  override connect(): void {
    // Two halves do not fit a phone; whoever asks for them there gets them.
    const address = new URL(location.href);
    if (address.searchParams.has("view") || !window.matchMedia("(max-width: 767px)").matches) return;
    address.searchParams.set("view", "unified");
    carryToasts();
    location.replace(address);
  }

  next(event: Event): void {
    event.preventDefault();
    this.goTo(Math.min(this.at + 1, this.changeTargets.length - 1));
  }

  previous(event: Event): void {
    event.preventDefault();
    this.goTo(Math.max(this.at - 1, 0));
  }

  private goTo(index: number): void {
    const change = this.changeTargets[index];
    if (!change) return;
    for (const one of this.changeTargets) one.toggleAttribute("data-current", one === change);
    this.at = index;
    this.numberTarget.textContent = String(index + 1);
    change.scrollIntoView({ block: "center" });
    const field = change.closest<HTMLElement>("[data-field]")?.dataset["field"];
    for (const row of this.rowTargets) row.toggleAttribute("data-current", row.dataset["field"] === field);
  }
}
