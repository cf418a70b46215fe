import { Controller } from "@hotwired/stimulus";
import { Partial } from "../../controllers/partials";

const EVERY = 30_000;
/** Many events at once make one question, and many readers do not all ask at the same moment. */
const SOON = 300;
const SPREAD = 600;
/** Milliseconds between two questions, however much happens. */
const PACE = 2_000;

/**
 * What is said beside the state of a project is asked for again when one of the events happens that it names. What also
 * changes without an event, or is on a page without a socket, is asked for now and then.
 */
export class ProjectMarksController extends Controller<HTMLElement> {
  static override targets = ["followed"];
  static override values = { url: String };
  declare readonly followedTargets: HTMLElement[];
  declare readonly urlValue: string;
  private partial!: Partial;
  private timer = 0;
  private isDue = false;
  private askedAt = -PACE;

  override connect(): void {
    this.partial = new Partial(this.element, () => this.urlValue);
    window.addEventListener("project:heard", this.heard);
    document.addEventListener("visibilitychange", this.shown);
    this.timer = window.setTimeout(this.regularly, EVERY);
  }

  override disconnect(): void {
    window.removeEventListener("project:heard", this.heard);
    document.removeEventListener("visibilitychange", this.shown);
    window.clearTimeout(this.timer);
  }

  /** The event's name; it is empty where some were missed. */
  private readonly heard = (event: Event): void => {
    const name = (event as CustomEvent<string>).detail;
    const prefixes = this.followedTargets.flatMap(({ dataset }) => dataset["on"]?.split(" ") ?? []);
    if (prefixes.some((prefix) => !name || name.startsWith(prefix))) this.soon();
  };

  private readonly shown = (): void => {
    if (!document.hidden && this.changesSilently) this.soon();
  };

  private readonly regularly = (): void => {
    if (this.changesSilently && navigator.onLine) this.ask();
    else this.timer = window.setTimeout(this.regularly, EVERY);
  };

  private get changesSilently(): boolean {
    return this.followedTargets.some(({ dataset }) => dataset["silently"] !== undefined);
  }

  private soon(): void {
    if (this.isDue) return;
    this.isDue = true;
    window.clearTimeout(this.timer);
    const wait = Math.max(SOON, this.askedAt + PACE - performance.now());
    this.timer = window.setTimeout(() => this.ask(), wait + Math.random() * SPREAD);
  }

  /** Nobody looks at a hidden page; it asks when it is seen again. */
  private ask(): void {
    this.isDue = false;
    this.timer = window.setTimeout(this.regularly, EVERY);
    if (document.hidden) return;
    this.askedAt = performance.now();
    void this.partial.refresh();
  }
}
