import { Partial } from "../../controllers/partials";
import { isWriting } from "../incoming";
import { TakingFilesController } from "../taking_files";

/** Previews are drawn within seconds; the list is asked for again so often, at growing distances. */
const PREVIEW_DELAYS = [1_500, 3_000, 6_000, 12_000, 24_000];

/** The files on one subject: what is attached, and what is on its way. */
export class AttachmentsController extends TakingFilesController {
  static override targets = [...TakingFilesController.targets, "list"];
  static override values = { ...TakingFilesController.values, url: String, subject: String, page: Boolean };
  declare readonly listTarget: HTMLElement;
  declare readonly urlValue: string;
  declare readonly subjectValue: string;
  /** Whether a paste anywhere on the page is meant for this block. */
  declare readonly pageValue: boolean;
  private partial!: Partial;
  private timer = 0;
  private asked = 0;

  override connect(): void {
    super.connect();
    this.partial = new Partial(this.listTarget, () => this.urlValue, () => this.awaitPreviews());
    if (this.pageValue && this.hasInputTarget) window.addEventListener("paste", this.pastedOnPage);
    this.awaitPreviews();
  }

  override disconnect(): void {
    super.disconnect();
    window.removeEventListener("paste", this.pastedOnPage);
    window.clearTimeout(this.timer);
  }

  refresh(): void {
    this.asked = 0;
    void this.partial.refresh();
  }

  protected get subject(): string {
    return this.subjectValue;
  }

  protected isMeant(subject: string): boolean {
    return subject === this.subjectValue;
  }

  protected attached(): void {
    this.refresh();
  }

  private readonly pastedOnPage = (event: ClipboardEvent): void => {
    // On a tab that is not shown nobody would see what became of it.
    if (!event.defaultPrevented && !isWriting(event.target) && this.element.checkVisibility()) this.pasted(event);
  };

  private awaitPreviews(): void {
    const delay = PREVIEW_DELAYS[this.asked];
    window.clearTimeout(this.timer);
    if (delay === undefined || !this.listTarget.querySelector("[data-preview=waiting]")) return;
    this.asked += 1;
    this.timer = window.setTimeout(() => void this.partial.refresh(), delay);
  }
}
