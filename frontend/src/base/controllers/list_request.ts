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
  private listening = new AbortController();

  override connect(): void {
    this.listening = new AbortController();
    this.on("htmx:beforeRequest", () => this.waits());
    this.on("htmx:beforeSwap", keepIfRefused);
    this.on("htmx:afterRequest", (event) => this.ended(event));
  }

  override disconnect(): void {
    this.listening.abort();
    window.clearTimeout(this.timer);
  }

  again(): void {
    this.element.querySelector("form")?.requestSubmit();
  }

  /** Of the form only: a page that follows others by itself asks from within its list. */
  private on(name: string, act: (event: Event) => void): void {
    const ofForm = (event: Event) => {
      if (event.target instanceof HTMLFormElement) act(event);
    };
    this.element.addEventListener(name, ofForm, { signal: this.listening.signal });
  }

  private waits(): void {
    this.listTarget.setAttribute("aria-busy", "true");
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.listTarget.classList.add("list-waits"), PATIENCE);
  }

  private ended(event: Event): void {
    window.clearTimeout(this.timer);
    this.listTarget.removeAttribute("aria-busy");
    this.listTarget.classList.remove("list-waits");
    this.failedTarget.hidden = succeeded(event);
  }
}

/** A refusal has a page of its own, which has no list. */
function keepIfRefused(event: Event): void {
  const { detail } = event as CustomEvent<{ xhr: XMLHttpRequest; shouldSwap: boolean }>;
  if (detail.xhr.status >= 400) detail.shouldSwap = false;
}
