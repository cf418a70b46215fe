import { toast } from "../../base/controllers/toasts";
import { Refused } from "../../gateway";
import { count, say } from "../../texts";
import { reasonOf } from "../attempt";
import { project } from "../instance";
import type { Field } from "../field";
import { AskingController } from "../asking";

/** What is said when it is done, and the path in it. */
interface Done {
  text: string;
  path: string;
}

/** A question about one file, by its field's name, or about all files of a folder, by its path with a slash at its end. */
abstract class FileDialogController extends AskingController {
  static override targets = ["title", "text", "path", "error", "submit"];
  declare readonly titleTarget: HTMLElement;
  declare readonly textTarget: HTMLElement;
  declare readonly pathTarget: HTMLInputElement;
  declare readonly errorTarget: HTMLElement;
  declare readonly submitTarget: HTMLButtonElement;
  protected path = "";
  protected isFolder = false;
  protected fields: Field[] = [];
  /** The version that the person saw when they were asked. */
  protected version = 0;

  protected prepare(detail: unknown): void {
    const name = String(detail);
    this.version = project.version;
    this.isFolder = name.endsWith("/");
    const inFolder = (field: Field) => field.exists && field.name.startsWith("files/") && field.label.startsWith(name);
    this.fields = [...project.fields.values()].filter((field) => (this.isFolder ? inFolder(field) : field.name === name));
    this.path = this.isFolder ? name.slice(0, -1) : (this.fields[0]?.label ?? "");
    const held = this.fields.filter((field) => ["theirs", "elsewhere"].includes(project.viewOf(field)));
    const [first] = held;
    const words = { path: first?.label ?? "", name: first?.lock?.holder.display_name ?? "" };
    this.submitTarget.disabled = held.length > 0;
    this.fail(first ? count("folder.held", held.length, words) : "");
  }

  async submit(event: Event): Promise<void> {
    event.preventDefault();
    if (this.fields.length === 0 || this.submitTarget.disabled) return;
    this.submitTarget.disabled = true;
    try {
      if (!project.proposing) await Promise.all(this.fields.filter((field) => field.isDirty).map((field) => project.autosave.now(field)));
      const done = await this.act();
      this.element.close();
      if (done) toast(done);
    } catch (error) {
      this.fail(error instanceof Refused ? reasonOf(error) : say("offline.short"));
    } finally {
      this.submitTarget.disabled = false;
    }
  }

  /** Do it; returns what the toast says, or null if there was nothing to do. */
  protected abstract act(): Promise<Done | null>;

  protected fail(words: string): void {
    this.errorTarget.hidden = words === "";
    this.errorTarget.querySelector("span")!.textContent = words;
  }
}

/** Another path for a file or a folder. Comments, history, this person's locks and unsaved texts go along. */
export class RenameFileController extends FileDialogController {
  protected override prepare(detail: unknown): void {
    super.prepare(detail);
    const { path } = this;
    this.titleTarget.textContent = say(this.isFolder ? "folder.rename" : "file.rename", { path });
    this.textTarget.textContent = this.isFolder
      ? count("folder.rename.text", this.fields.length, { version: this.version + 1 })
      : say("file.rename.text");
    this.pathTarget.value = path;
    // The name without its ending, as in file managers; the folder around it stays out of the selection.
    const start = path.lastIndexOf("/") + 1;
    const dot = this.isFolder ? -1 : path.lastIndexOf(".");
    queueMicrotask(() => this.pathTarget.setSelectionRange(start, dot > start ? dot : path.length));
  }

  protected async act(): Promise<Done | null> {
    const path = this.pathTarget.value.trim().normalize("NFC").replace(/\/+$/, "");
    if (path === this.path) return null;
    const renamed = this.fields.map((field) => [`files/${path}${field.label.slice(this.path.length)}`, field.name]);
    const version = await project.saving.changeFiles({ base_version: project.version, renames: Object.fromEntries(renamed) });
    return { text: say("file.renamed", { path, version }), path };
  }

  protected override fail(words: string): void {
    super.fail(words);
    this.pathTarget.setAttribute("aria-invalid", String(words !== ""));
    if (words) this.pathTarget.focus();
  }
}

/** A file, or all files of a folder, are left out of the next version; earlier ones have them still. */
export class RemoveFileController extends FileDialogController {
  protected override prepare(detail: unknown): void {
    super.prepare(detail);
    const { path, version } = this;
    const n = this.fields.length;
    const unsaved = this.fields.filter((field) => field.isDirty).length;
    const values = { next: version + 1, version };
    this.titleTarget.textContent = say(this.isFolder ? "folder.remove" : "file.remove", { path });
    this.submitTarget.textContent = this.isFolder ? count("folder.remove.submit", n) : say("file.remove.submit");
    if (project.proposing) {
      this.textTarget.textContent = say("file.remove.proposed");
      return;
    }
    const text = this.isFolder ? count("folder.remove.text", n, values) : say("file.remove.text", values);
    const lost = this.isFolder ? count("folder.remove.unsaved", unsaved) : say("file.remove.unsaved");
    this.textTarget.textContent = unsaved > 0 ? `${text} ${lost}` : text;
  }

  protected async act(): Promise<Done> {
    const { path } = this;
    const [field] = this.fields;
    if (project.proposing && field) {
      await project.proposing.removeFile(field);
      return { text: say("file.remove.is_proposed", { path }), path };
    }
    // Unsaved text goes with its file, as the dialog has said.
    const texts = new Map(this.fields.filter((field) => field.isDirty).map((field) => [field, field.text]));
    for (const field of texts.keys()) field.replace(field.saved);
    try {
      const changes = Object.fromEntries(this.fields.map((field) => [field.name, null]));
      const version = await project.saving.changeFiles({ base_version: this.version, changes });
      const text = this.isFolder ? count("folder.removed", this.fields.length, { path, version }) : say("file.removed", { path, version });
      return { text, path };
    } catch (error) {
      for (const [field, text] of texts) field.replace(text, { typed: true });
      throw error;
    }
  }
}
