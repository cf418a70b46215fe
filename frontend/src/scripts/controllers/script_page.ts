import { Controller } from "@hotwired/stimulus";

const NARROW = "(max-width: 1199px)";

/** The page of a script: its side panel is folded away and shown again. */
export class ScriptPageController extends Controller<HTMLElement> {
  fold(): void {
    const isShown = window.matchMedia(NARROW).matches ? this.element.dataset["panel"] === "open" : this.element.dataset["panel"] !== "closed";
    this.element.dataset["panel"] = isShown ? "closed" : "open";
  }
}
