import { Controller } from "@hotwired/stimulus";
import { fetchPart } from "../../page_parts";
import { Follower } from "../follower";

/** Milliseconds between two readings of the page. */
const PACE = 2_000;
/** A station that went away says nothing: while somebody looks at it, the page is read again so often. */
const READ_AGAIN = 15_000;
/** What scrolls by itself, and stays where it was. */
const SCROLLS = ".graph, .fleet-text";

/** A page that follows the fleet: Django writes its body again when something changed, every two seconds at most. */
export class FleetBodyController extends Controller<HTMLElement> {
  private follower = new Follower(() => this.changed());
  private timer = 0;
  private regularly = 0;
  private readAt = 0;

  override connect(): void {
    this.follower.open();
    this.element.addEventListener("htmx:beforeSwap", this.keepWriting);
    this.regularly = window.setInterval(() => document.hidden || this.changed(), READ_AGAIN);
  }

  override disconnect(): void {
    window.clearTimeout(this.timer);
    window.clearInterval(this.regularly);
    this.element.removeEventListener("htmx:beforeSwap", this.keepWriting);
    this.follower.close();
  }

  /** What somebody is writing in it stays: the page follows again once that is sent, or taken away. */
  private keepWriting = (event: Event): void => {
    const fields = [...this.element.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input, textarea")];
    if (!fields.some(({ value, defaultValue }) => value !== defaultValue)) return;
    (event as CustomEvent<{ shouldSwap: boolean }>).detail.shouldSwap = false;
  };

  private changed(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.read(), Math.max(0, this.readAt + PACE - performance.now()));
  }

  /** What is in it is replaced, not the element itself: so it goes on following. */
  private async read(): Promise<void> {
    this.readAt = performance.now();
    // A dialog over the page is an address of its own.
    const address = document.querySelector<HTMLElement>("[data-page-dialog-back-value]")?.dataset["pageDialogBackValue"];
    const focused = this.element.contains(document.activeElement) ? selectorOf(document.activeElement) : "";
    const scrolled = [...this.element.querySelectorAll(SCROLLS)].map(({ scrollLeft, scrollTop }) => ({ scrollLeft, scrollTop }));
    const open = [...this.element.querySelectorAll<HTMLDetailsElement>("details[open][id]")].map(({ id }) => id);
    const place = { source: this.element, target: this.element, select: `#${this.element.id} > *` };
    const isDone = await fetchPart(address ?? location.pathname + location.search, { ...place, swap: "innerHTML settle:0ms" });
    if (!isDone) return;
    if (focused) this.element.querySelector<HTMLElement | SVGElement>(focused)?.focus({ preventScroll: true });
    this.element.querySelectorAll(SCROLLS).forEach((each, index) => Object.assign(each, scrolled[index] ?? {}));
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  }
}

/** How an element is found again in the page as it is written anew: by its id, or else by the address that it leads to. */
function selectorOf(element: Element | null): string {
  if (element?.id) return `#${CSS.escape(element.id)}`;
  const href = element?.getAttribute("href");
  return href ? `a[href="${CSS.escape(href)}"]` : "";
}
