import { LiveController } from "../../controllers/live";
import { project } from "../instance";
import { readFiles } from "../upload";

/** Files for an upload are chosen by a button, or dropped onto the list of fields. */
export class DropController extends LiveController {
  static override targets = ["input"];
  declare readonly inputTarget: HTMLInputElement;
  declare readonly hasInputTarget: boolean;

  choose(): void {
    this.inputTarget.click();
  }

  chosen(): void {
    const files = [...(this.inputTarget.files ?? [])];
    // The same files can be chosen again.
    this.inputTarget.value = "";
    void this.ask(files);
  }

  over(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes("Files") || !this.isPossible) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    this.element.dataset["drop"] = "true";
  }

  leave(event: DragEvent): void {
    if (!this.element.contains(event.relatedTarget as Node | null)) delete this.element.dataset["drop"];
  }

  dropped(event: DragEvent): void {
    delete this.element.dataset["drop"];
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0 || !this.isPossible) return;
    event.preventDefault();
    void this.ask(files);
  }

  private get isPossible(): boolean {
    return this.hasInputTarget && project.may.write && project.status === "open";
  }

  private async ask(files: File[]): Promise<void> {
    const dialog = document.getElementById("upload");
    if (!dialog || files.length === 0) return;
    this.dispatch("ask", { target: dialog, prefix: "upload", detail: await readFiles(files, project.textLimit) });
  }
}
