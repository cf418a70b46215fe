import { Controller } from "@hotwired/stimulus";
import { succeeded } from "../../responses";

/** Milliseconds before a list that is on its way is shown as lines: most answers are there before. */
const PATIENCE = 300;

/** A list that a form fetches anew: lines while it is on its way; where it fails, what was there and a bar to try again. */
export class ListRequestController extends Controller<HTMLElement> {
  static override targets = ["list", "failed"];
  declare readonly listTarget: HTMLElement;
  declare readonly failedTarget: HTMLElement;
  private timer = 0;

  override disconnect(): void {
    window.clearTimeout(this.timer);
  }

  waits(event: Event): void {
    if (!isOfForm(event)) return;
    this.listTarget.setAttribute("aria-busy", "true");
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.listTarget.classList.add("list-waits"), PATIENCE);
  }

  /** A refusal has a page of its own, which has no list. */
  keep(event: Event): void {
    if (!isOfForm(event)) return;
    const { detail } = event as CustomEvent<{ xhr: XMLHttpRequest; shouldSwap: boolean }>;
    if (detail.xhr.status >= 400) detail.shouldSwap = false;
  }

  ended(event: Event): void {
    if (!isOfForm(event)) return;
    window.clearTimeout(this.timer);
    this.listTarget.removeAttribute("aria-busy");
    this.listTarget.classList.remove("list-waits");
    this.failedTarget.hidden = succeeded(event);
  }

  again(): void {
    this.element.querySelector("form")?.requestSubmit();
  }
}

/** A page that follows others by itself asks from within its list. */
function isOfForm(event: Event): boolean {
  return event.target instanceof HTMLFormElement;
}
