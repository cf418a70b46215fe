import { toast } from "../../base/controllers/toasts";
import { LiveController } from "../../controllers/live";
import { say } from "../../texts";
import { project } from "../instance";
import { type Choice, chosenFiles, droppedFiles, readFiles } from "../upload";

/** Files for an upload, or a folder of them, are chosen by a button, or dropped onto the list of fields. */
export class DropController extends LiveController {
  static override targets = ["input", "folder"];
  declare readonly inputTarget: HTMLInputElement;
  declare readonly folderTarget: HTMLInputElement;
  declare readonly hasInputTarget: boolean;
  /** The folder of the project into which the chosen files go. */
  private into = "";

  override connect(): void {
    window.addEventListener("upload:choose", this.asked);
  }

  override disconnect(): void {
    super.disconnect();
    window.removeEventListener("upload:choose", this.asked);
  }

  choose(): void {
    this.into = "";
    this.inputTarget.click();
  }

  chooseFolder(): void {
    this.into = "";
    this.folderTarget.click();
  }

  chosen(event: Event): void {
    const input = event.target as HTMLInputElement;
    const choice = chosenFiles(input.files ?? [], project.maxFiles);
    // The same files can be chosen again.
    input.value = "";
    void this.ask(Promise.resolve(choice), this.into);
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
    const { dataTransfer: transfer } = event;
    if (!transfer?.types.includes("Files") || !this.isPossible) return;
    event.preventDefault();
    const row = (event.target as HTMLElement).closest<HTMLElement>("[role=treeitem]");
    const into = row?.dataset["path"] ?? row?.dataset["folder"] ?? "";
    void this.ask(droppedFiles(transfer, project.maxFiles), into);
  }

  private readonly asked = (event: Event): void => {
    this.into = (event as CustomEvent<string>).detail;
    this.inputTarget.click();
  };

  private get isPossible(): boolean {
    return this.hasInputTarget && project.may.write && project.status === "open";
  }

  private async ask(choosing: Promise<Choice>, folder: string): Promise<void> {
    const dialog = document.getElementById("upload");
    if (!dialog) return;
    try {
      const choice = await choosing;
      const files = await readFiles(choice.found, project.textLimit);
      const isEmpty = choice.found.length + choice.hidden === 0;
      if (isEmpty) toast({ text: say("upload.empty"), kind: "info" });
      else this.dispatch("ask", { target: dialog, prefix: "upload", detail: { ...choice, files, folder } });
    } catch {
      // Moved or deleted meanwhile, or not to be read by this person.
      toast({ text: say("upload.unreadable"), kind: "failed" });
    }
  }
}
