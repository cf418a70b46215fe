import { toast } from "../../base/controllers/toasts";
import { LiveController } from "../../controllers/live";
import { say } from "../../texts";
import { project } from "../instance";
import { type Choice, chosenFiles, droppedFiles, readFiles } from "../upload";

/**
 * Files for an upload, or a folder of them, are chosen by a button, or dropped onto the list of fields or the text. A file
 * dropped onto the text does not become a part of it, and one dropped beside everything that takes files is not opened
 * in place of the page.
 */
export class DropController extends LiveController {
  static override targets = ["input", "folder"];
  declare readonly inputTarget: HTMLInputElement;
  declare readonly folderTarget: HTMLInputElement;
  declare readonly hasInputTarget: boolean;
  /** The folder of the project into which the chosen files go. */
  private into = "";

  override connect(): void {
    window.addEventListener("upload:choose", this.asked);
    for (const name of ["dragover", "drop"] as const) {
      // Before the editor, which would insert what the file contains.
      window.addEventListener(name, this.overText, { capture: true });
      window.addEventListener(name, this.nowhere);
    }
  }

  override disconnect(): void {
    super.disconnect();
    window.removeEventListener("upload:choose", this.asked);
    for (const name of ["dragover", "drop"] as const) {
      window.removeEventListener(name, this.overText, { capture: true });
      window.removeEventListener(name, this.nowhere);
    }
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
    if (!event.dataTransfer || !hasFiles(event) || !this.isPossible) return;
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
    if (!transfer || !hasFiles(event) || !this.isPossible) return;
    event.preventDefault();
    const row = (event.target as HTMLElement).closest<HTMLElement>("[role=treeitem]");
    const into = row?.dataset["path"] ?? row?.dataset["folder"] ?? "";
    void this.ask(droppedFiles(transfer, project.maxFiles), into);
  }

  private readonly overText = (event: DragEvent): void => {
    if (!hasFiles(event) || !(event.target as HTMLElement).closest?.(".sheet")) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.dataTransfer) event.dataTransfer.dropEffect = this.isPossible ? "copy" : "none";
    if (event.type === "drop" && event.dataTransfer && this.isPossible) void this.ask(droppedFiles(event.dataTransfer, project.maxFiles), "");
  };

  private readonly nowhere = (event: DragEvent): void => {
    if (!hasFiles(event) || event.defaultPrevented) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "none";
  };

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

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}
