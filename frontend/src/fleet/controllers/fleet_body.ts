import { Controller } from "@hotwired/stimulus";
import { fetchPart } from "../../page_parts";
import { Follower } from "../follower";

/** Milliseconds between two readings of the page. */
const PACE = 2_000;

/** A page that follows the fleet: Django writes its body again when something changed, every two seconds at most. */
export class FleetBodyController extends Controller<HTMLElement> {
  private follower = new Follower(() => this.changed());
  private timer = 0;
  private readAt = 0;

  override connect(): void {
    this.follower.open();
  }

  override disconnect(): void {
    window.clearTimeout(this.timer);
    this.follower.close();
  }

  private changed(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.read(), Math.max(0, this.readAt + PACE - performance.now()));
  }

  /** What is in it is replaced, not the element itself: so it goes on following. */
  private async read(): Promise<void> {
    this.readAt = performance.now();
    // A dialog over the page is an address of its own.
    const address = document.querySelector<HTMLElement>("[data-page-dialog-back-value]")?.dataset["pageDialogBackValue"];
    const focused = this.element.contains(document.activeElement) ? document.activeElement?.id : "";
    const open = [...this.element.querySelectorAll<HTMLDetailsElement>("details[open][id]")].map(({ id }) => id);
    const place = { source: this.element, target: this.element, select: `#${this.element.id} > *` };
    const isDone = await fetchPart(address ?? location.pathname + location.search, { ...place, swap: "innerHTML settle:0ms" });
    if (!isDone) return;
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  }
}
