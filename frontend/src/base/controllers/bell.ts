import { Controller } from "@hotwired/stimulus";
import { Partial } from "../../controllers/partials";

const EVERY = 30_000;
/** Many events at once make one question, and many readers do not all ask at the same moment. */
const SOON = 300;
const SPREAD = 600;

/** The bell counts what is unread: asked for now and then, and when something happens that may concern the reader. */
export class BellController extends Controller<HTMLElement> {
  static override targets = ["count"];
  static override values = { url: String };
  declare readonly countTarget: HTMLElement;
  declare readonly urlValue: string;
  private partial!: Partial;
  private timer = 0;

  override connect(): void {
    this.partial = new Partial(this.countTarget, () => this.urlValue);
    window.addEventListener("inbox:changed", this.soon);
    document.addEventListener("visibilitychange", this.shown);
    this.timer = window.setTimeout(this.ask, EVERY);
  }

  override disconnect(): void {
    window.removeEventListener("inbox:changed", this.soon);
    document.removeEventListener("visibilitychange", this.shown);
    window.clearTimeout(this.timer);
  }

  private readonly soon = (): void => {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(this.ask, SOON + Math.random() * SPREAD);
  };

  /** Nobody looks at a hidden page; it asks when it is seen again. */
  private readonly shown = (): void => {
    if (!document.hidden) this.soon();
  };

  private readonly ask = (): void => {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(this.ask, EVERY);
    if (!document.hidden && navigator.onLine) void this.partial.refresh();
  };
}
