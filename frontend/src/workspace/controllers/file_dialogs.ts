import { toast } from "../../base/controllers/toasts";
import { Refused } from "../../gateway";
import { say } from "../../texts";
import { reasonOf } from "../attempt";
import { project } from "../instance";
import type { Field } from "../field";
import { AskingController } from "./workspace_dialogs";

/** A question about one file, which is asked of by its name. */
abstract class FileDialogController extends AskingController {
  static override targets = ["title", "text", "path", "error", "submit"];
  declare readonly titleTarget: HTMLElement;
  declare readonly textTarget: HTMLElement;
  declare readonly pathTarget: HTMLInputElement;
  declare readonly errorTarget: HTMLElement;
  declare readonly submitTarget: HTMLButtonElement;
  protected field: Field | null = null;

  protected prepare(detail: unknown): void {
    this.field = project.fields.get(String(detail)) ?? null;
    this.fail("");
  }

  async submit(event: Event): Promise<void> {
    event.preventDefault();
    if (!this.field || this.submitTarget.disabled) return;
    this.submitTarget.disabled = true;
    try {
      const words = await this.act(this.field);
      this.element.close();
      if (words) toast({ text: words });
    } catch (error) {
      this.fail(error instanceof Refused ? reasonOf(error) : say("offline.short"));
    } finally {
      this.submitTarget.disabled = false;
    }
  }

  /** What the person is told when it is done; nothing for nothing. */
  protected abstract act(field: Field): Promise<string>;

  protected fail(words: string): void {
    this.errorTarget.hidden = words === "";
    this.errorTarget.querySelector("span")!.textContent = words;
  }
}

/** Another path for a file. Its comments, its history, this person's lock and unsaved text go along. */
export class RenameFileController extends FileDialogController {
  protected override prepare(detail: unknown): void {
    super.prepare(detail);
    const path = this.field?.label ?? "";
    this.titleTarget.textContent = say("file.rename", { path });
    this.pathTarget.value = path;
    // The name without its ending, as in file managers; the folder stays out of the selection.
    const start = path.lastIndexOf("/") + 1;
    const dot = path.lastIndexOf(".");
    queueMicrotask(() => this.pathTarget.setSelectionRange(start, dot > start ? dot : path.length));
  }

  protected async act(field: Field): Promise<string> {
    const path = this.pathTarget.value.trim().normalize("NFC");
    if (path === field.label) return "";
    await project.autosave.now(field);
    const version = await project.saving.changeFiles({ base_version: project.version, renames: { [`files/${path}`]: field.name } });
    return say("file.renamed", { path, version });
  }

  protected override fail(words: string): void {
    super.fail(words);
    this.pathTarget.setAttribute("aria-invalid", String(words !== ""));
    if (words) this.pathTarget.focus();
  }
}

/** A file goes with the next version; earlier ones have it still. */
export class RemoveFileController extends FileDialogController {
  private version = 0;

  protected override prepare(detail: unknown): void {
    super.prepare(detail);
    this.version = project.version;
    const path = this.field?.label ?? "";
    this.titleTarget.textContent = say("file.remove", { path });
    const lost = this.field?.isDirty ? ` ${say("file.remove.unsaved")}` : "";
    this.textTarget.textContent = say("file.remove.text", { next: this.version + 1, version: this.version }) + lost;
  }

  protected async act(field: Field): Promise<string> {
    const path = field.label;
    await project.autosave.now(field);
    // Unsaved text goes with its file, as the dialog has said.
    const text = field.text;
    if (field.isDirty) field.replace(field.saved);
    try {
      const version = await project.saving.changeFiles({ base_version: this.version, changes: { [field.name]: null } });
      return say("file.removed", { path, version });
    } catch (error) {
      field.replace(text, { typed: true });
      throw error;
    }
  }
}
