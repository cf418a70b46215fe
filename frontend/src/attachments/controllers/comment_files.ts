import { awaited } from "../kept_uploads";
import { TakingFilesController } from "../taking_files";
import { uploads } from "../uploads";

const COMMENT = "comment:";

/** Files of a comment that is being written: they begin to move at once, and are attached when the comment is there. */
export class CommentFilesController extends TakingFilesController {
  static override values = { ...TakingFilesController.values, place: String, sent: Boolean };
  /** Where the comment is written, as its unsent text names it: the files of a reply belong to no other comment. */
  declare readonly placeValue: string;
  /** Whether files of comments that are sent already are shown here until they have arrived. */
  declare readonly sentValue: boolean;
  /** The subject of what the form was sent with. */
  private sending = "";

  override connect(): void {
    super.connect();
    this.listen("submit", () => (this.sending = this.subject));
    const written = (event: Event) => this.written(event as CustomEvent<{ comment?: string }>);
    this.element.addEventListener("comments-changed", written);
    this.follow(() => this.element.removeEventListener("comments-changed", written));
  }

  placeValueChanged(_place: string, before?: string): void {
    if (before) this.paint();
  }

  /** The comment was written: what was begun for it belongs to it. */
  private written({ detail }: CustomEvent<{ comment?: string }>): void {
    if (detail.comment) uploads.assign(this.attachmentsValue, this.sending, COMMENT + detail.comment);
  }

  protected get subject(): string {
    return awaited(this.placeValue);
  }

  protected isMeant(subject: string): boolean {
    return subject === this.subject || (this.sentValue && subject.startsWith(COMMENT));
  }

  protected attached(): void {
    this.dispatch("attached", { bubbles: true });
  }
}
