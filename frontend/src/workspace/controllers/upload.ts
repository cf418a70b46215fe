import { sizeWords } from "../../attachments/sizes";
import { toast } from "../../base/controllers/toasts";
import { instantiate } from "../../controllers/live";
import { Refused } from "../../gateway";
import type { Change } from "../../protocol";
import { count, say } from "../../texts";
import { project } from "../instance";
import { type Choice, type ChosenFile, inParts, pathIn } from "../upload";
import { AskingController } from "../asking";

/** The server takes messages of 8 MiB; some of it is left for the names. */
const MIB = 1024 * 1024;
const MAX_TOGETHER = 7 * MIB;

const PROBLEMS = { large: "upload.large", binary: "upload.binary", twice: "upload.twice" };

/** What was chosen, and the folder of the project into which it goes. */
interface Wish extends Choice {
  files: ChosenFile[];
  folder: string;
}

/** One chosen file in the dialog. */
interface Row extends ChosenFile {
  element: HTMLElement;
  /** What the server said of it. */
  refusal: string;
  /** Whether it takes the place of a file that is there; asked of each. */
  replaces: boolean;
}

/** Files that were chosen or dropped: what becomes of each is shown before a version is made of all that can be taken. */
export class UploadController extends AskingController {
  static override targets = ["folder", "note", "all", "rows", "template", "error", "submit"];
  declare readonly folderTarget: HTMLInputElement;
  declare readonly noteTarget: HTMLElement;
  declare readonly allTarget: HTMLElement;
  declare readonly rowsTarget: HTMLElement;
  declare readonly templateTarget: HTMLTemplateElement;
  declare readonly errorTarget: HTMLElement;
  declare readonly submitTarget: HTMLButtonElement;
  private wish: Wish = { files: [], folder: "", found: [], hidden: 0, isMore: false };
  private rows: Row[] = [];
  /** The version that the person sees while they choose: what changed since is not replaced. */
  private version = 0;
  private failure = "";
  private isSending = false;

  protected prepare(detail: unknown): void {
    this.wish = detail as Wish;
    this.version = project.version;
    this.failure = "";
    this.folderTarget.value = this.wish.folder;
    this.rows = this.wish.files.toSorted(byPath).map((file) => ({ ...file, element: instantiate(this.templateTarget), refusal: "", replaces: false }));
    for (const row of this.rows) {
      const at = row.name.lastIndexOf("/") + 1;
      row.element.querySelector("[data-part=folder]")!.textContent = row.name.slice(0, at);
      row.element.querySelector("[data-part=name]")!.textContent = row.name.slice(at);
      row.element.querySelector<HTMLElement>(".path")!.title = row.name;
      row.element.querySelector("[data-part=choice]")!.addEventListener("change", (event) => this.choose([row], event));
    }
    this.rowsTarget.replaceChildren(...this.rows.map(({ element }) => element));
    this.paint();
  }

  /** The folder was changed: other paths may be taken there. */
  move(): void {
    for (const row of this.rows) row.refusal = "";
    this.failure = "";
    this.paint();
  }

  /** Replace all files that are there already, or none of them. */
  chooseAll(event: Event): void {
    this.choose(this.there, event);
  }

  async submit(event: Event): Promise<void> {
    event.preventDefault();
    if (this.isSending || this.limit !== "") return;
    const parts = inParts(this.taken, MAX_TOGETHER);
    const first = this.version + 1;
    let sent = 0;
    this.failure = "";
    this.isSending = true;
    try {
      for (const [at, part] of parts.entries()) {
        this.submitTarget.disabled = true;
        if (parts.length > 1) this.submitTarget.textContent = say("upload.sending", { n: at + 1, all: parts.length });
        await this.send(part);
        sent += part.length;
      }
      this.element.close();
    } catch (error) {
      this.refused(error);
    } finally {
      this.isSending = false;
      if (sent > 0) toast({ text: count("upload.done", sent, { version: versions(first, this.version) }) });
      this.paint();
    }
  }

  /** Make one version of some files. What is sent leaves the list. */
  private async send(part: Row[]): Promise<void> {
    const changes = Object.fromEntries(part.map((row): [string, Change] => [this.fieldOf(row), { content: row.text ?? "" }]));
    this.version = await project.saving.changeFiles({ base_version: this.version, changes });
    this.rows = this.rows.filter((row) => !part.includes(row));
    for (const { element } of part) element.remove();
  }

  /** Each problem is shown beside its file; the others can be uploaded without it. */
  private refused(error: unknown): void {
    if (!(error instanceof Refused)) {
      this.failure = say("offline.short");
      return;
    }
    const { problem } = error;
    const errors = (problem["errors"] as Record<string, string[]> | undefined) ?? (problem["field"] ? { [String(problem["field"])]: [problem.detail] } : {});
    if (typeof problem["current_version"] === "number") this.version = problem["current_version"];
    for (const row of this.rows) row.refusal = errors[this.fieldOf(row)]?.[0] ?? "";
    const first = this.rows.find((row) => row.refusal);
    if (first) first.element.scrollIntoView({ block: "nearest" });
    else this.failure = problem.detail;
  }

  private fieldOf(row: Row): string {
    return `files/${pathIn(this.folderTarget.value, row.name)}`;
  }

  private get taken(): Row[] {
    return this.rows.filter((row) => !this.problemOf(row) && (row.replaces || !this.isThere(row)));
  }

  private get there(): Row[] {
    return this.rows.filter((row) => !this.problemOf(row) && this.isThere(row));
  }

  private isThere(row: Row): boolean {
    return project.fields.get(this.fieldOf(row))?.exists === true;
  }

  private problemOf(row: Row): string {
    if (row.problem) return say(PROBLEMS[row.problem], { limit: sizeWords(project.textLimit) });
    const field = project.fields.get(this.fieldOf(row));
    if (field?.lock && row.refusal === "") {
      const isOwn = field.lock.holder.id === project.me.id;
      return isOwn ? say("upload.editing") : say("upload.locked", { name: field.lock.holder.display_name });
    }
    return row.refusal;
  }

  /** Why nothing can be sent however the files are chosen here; empty where it can. */
  private get limit(): string {
    const known = [...project.fields.values()].filter((field) => field.exists && field.name.startsWith("files/")).length;
    const added = this.taken.filter((row) => !this.isThere(row)).length;
    if (this.wish.isMore) return say("upload.too_many", { limit: project.maxFiles });
    const over = known + added - project.maxFiles;
    return over > 0 ? count("upload.over", over, { limit: project.maxFiles, known }) : "";
  }

  private choose(rows: Row[], event: Event): void {
    for (const row of rows) {
      row.replaces = (event.target as HTMLInputElement).checked;
      row.element.querySelector<HTMLInputElement>("[data-part=choice] input")!.checked = row.replaces;
    }
    this.paint();
  }

  private paint(): void {
    for (const row of this.rows) this.paintRow(row);
    const { taken, there, limit } = this;
    const parts = Math.max(inParts(taken, MAX_TOGETHER).length, 1);
    const hidden = this.wish.hidden > 0 ? ` ${count("upload.hidden", this.wish.hidden)}` : "";
    this.noteTarget.textContent = (parts > 1 ? say("upload.several", { n: parts, limit: MAX_TOGETHER / MIB }) : say("upload.one_version")) + hidden;
    this.allTarget.hidden = there.length < 2;
    this.allTarget.querySelector("span")!.textContent = count("upload.replace_all", there.length);
    this.allTarget.querySelector("input")!.checked = there.every((row) => row.replaces);
    const version = versions(this.version + 1, this.version + parts);
    this.submitTarget.textContent = count("upload.submit", taken.length, { version });
    this.submitTarget.disabled = taken.length === 0 || limit !== "";
    const words = this.failure || limit;
    this.errorTarget.hidden = words === "";
    this.errorTarget.querySelector("span")!.textContent = words;
  }

  private paintRow(row: Row): void {
    const problem = this.problemOf(row);
    const asks = !problem && this.isThere(row);
    const place = (name: string) => row.element.querySelector<HTMLElement>(`[data-part=${name}]`)!;
    place("problem").hidden = !problem;
    place("problem").querySelector("span")!.textContent = problem;
    place("choice").hidden = !asks;
    place("state").hidden = Boolean(problem) || (asks && row.replaces);
    place("state").textContent = say(asks ? "upload.skipped" : "upload.new");
  }
}

/** What cannot be sent first, then as people sort names. */
function byPath(one: ChosenFile, other: ChosenFile): number {
  const order = Number(one.problem === "") - Number(other.problem === "");
  return order || one.name.localeCompare(other.name, undefined, { numeric: true });
}

/** `v13`, or of several `v13–v15`. */
function versions(first: number, last: number): string {
  return first < last ? `v${first}–v${last}` : `v${first}`;
}
