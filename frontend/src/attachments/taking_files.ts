import { LiveController } from "../controllers/live";
import { bringsFiles, droppedFiles, pastedFiles } from "./incoming";
import type { Sending } from "./sending";
import { UploadRows } from "./upload_rows";
import { type Destination, uploads } from "./uploads";

/** What takes files: by its button, dropped onto it, or pasted; and shows those that are on their way. */
export abstract class TakingFilesController extends LiveController {
  static override targets = ["uploads", "template", "input"];
  static override values = { uploads: String, attachments: String, limit: Number };
  declare readonly uploadsTarget: HTMLElement;
  declare readonly templateTarget: HTMLTemplateElement;
  declare readonly inputTarget: HTMLInputElement;
  /** False for who may not attach anything. */
  declare readonly hasInputTarget: boolean;
  declare readonly uploadsValue: string;
  declare readonly attachmentsValue: string;
  declare readonly limitValue: number;
  private rows: UploadRows | undefined;
  private frame = 0;

  /** What new files are attached to, as in `KeptUpload`. */
  protected abstract get subject(): string;
  protected abstract isMeant(subject: string): boolean;
  protected abstract attached(): void;

  override connect(): void {
    // A form that is kept while the page around it is fetched again comes back with its rows.
    this.rows ??= new UploadRows(this.uploadsTarget, this.templateTarget);
    this.listen("dragover", (event) => this.over(event));
    this.listen("dragleave", (event) => this.leave(event));
    this.listen("drop", (event) => this.dropped(event));
    this.listen("paste", (event) => this.pasted(event));
    this.follow(
      uploads.on("changed", () => this.paintSoon()),
      uploads.on("attached", ({ subject }) => {
        if (this.isMeant(subject)) this.attached();
      }),
    );
    if (this.hasInputTarget) uploads.recall(this.attachmentsValue);
    this.paint();
  }

  override disconnect(): void {
    super.disconnect();
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }

  choose(): void {
    this.inputTarget.click();
  }

  chosen(): void {
    this.take([...(this.inputTarget.files ?? [])]);
    // The same files can be chosen again.
    this.inputTarget.value = "";
  }

  protected listen<Name extends keyof HTMLElementEventMap>(name: Name, heard: (event: HTMLElementEventMap[Name]) => void): void {
    this.element.addEventListener(name, heard);
    this.follow(() => this.element.removeEventListener(name, heard));
  }

  private over(event: DragEvent): void {
    if (!bringsFiles(event) || !this.hasInputTarget) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
    this.element.dataset["drop"] = "true";
  }

  private leave(event: DragEvent): void {
    if (!this.element.contains(event.relatedTarget as Node | null)) delete this.element.dataset["drop"];
  }

  private dropped(event: DragEvent): void {
    delete this.element.dataset["drop"];
    if (!bringsFiles(event) || !this.hasInputTarget) return;
    event.preventDefault();
    this.take(droppedFiles(event));
  }

  protected pasted(event: ClipboardEvent): void {
    const files = this.hasInputTarget ? pastedFiles(event) : [];
    if (files.length === 0) return;
    event.preventDefault();
    this.take(files);
  }

  private take(files: File[]): void {
    const to: Destination = {
      uploads: this.uploadsValue, attachments: this.attachmentsValue, subject: this.subject, limit: this.limitValue,
    };
    if (files.length) uploads.add(files, to);
  }

  /** Bytes move many times a second. */
  private paintSoon(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.paint();
    });
  }

  protected paint(): void {
    const shown: Sending[] = uploads.of(this.attachmentsValue, (subject) => this.isMeant(subject));
    this.rows?.paint(shown);
  }
}
