import { project } from "../instance";
import { LiveController } from "../../controllers/live";
import { Partial } from "../../controllers/partials";

/** Locks come and go with every save; the panel leaves them out. */
const IGNORED = "lock.";
/** A save is several events. */
const SOON = 250;

/** The newest events beside the editor: asked for when the tab is first seen, and while it is seen when there are more. */
export class ActivityController extends LiveController {
  static override values = { url: String };
  declare readonly urlValue: string;
  private readonly partial = new Partial(this.element, () => this.urlValue);
  private readonly observer = new IntersectionObserver((entries) => this.seen(entries.some((entry) => entry.isIntersecting)));
  private isSeen = false;
  private isStale = true;
  private timer = 0;

  override connect(): void {
    this.observer.observe(this.element);
    this.follow(
      project.on("event", ({ name }) => {
        if (name.startsWith(IGNORED)) return;
        this.isStale = true;
        window.clearTimeout(this.timer);
        this.timer = window.setTimeout(() => this.refresh(), SOON);
      }),
    );
  }

  override disconnect(): void {
    super.disconnect();
    this.observer.disconnect();
    window.clearTimeout(this.timer);
  }

  private seen(isSeen: boolean): void {
    this.isSeen = isSeen;
    this.refresh();
  }

  private refresh(): void {
    if (!this.isSeen || !this.isStale) return;
    this.isStale = false;
    void this.partial.refresh();
  }
}
