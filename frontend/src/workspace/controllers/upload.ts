import { toast } from "../../base/controllers/toasts";
import { instantiate } from "../../controllers/live";
import { Refused } from "../../gateway";
import type { Change } from "../../protocol";
import { count, say } from "../../texts";
import { project } from "../instance";
import { type ChosenFile, pathIn } from "../upload";
import { AskingController } from "./workspace_dialogs";

/** The server takes messages of 8 MiB; some of it is left for the escapes of JSON. */
const MAX_TOGETHER = 6 * 1024 * 1024;

const PROBLEMS = { large: "upload.large", binary: "upload.binary", twice: "upload.twice" };

/** One chosen file in the dialog. */
interface Row extends ChosenFile {
  element: HTMLElement;
  /** What the server said of it. */
  refusal: string;
  /** Whether it takes the place of a file that is there; asked of each. */
  replaces: boolean;
}

/** Files that were chosen or dropped: what becomes of each is shown before one version is made of all that can be taken. */
export class UploadController extends AskingController {
  static override targets = ["folder", "rows", "template", "error", "submit"];
  declare readonly folderTarget: HTMLInputElement;
  declare readonly rowsTarget: HTMLElement;
  declare readonly templateTarget: HTMLTemplateElement;
  declare readonly errorTarget: HTMLElement;
  declare readonly submitTarget: HTMLButtonElement;
  private rows: Row[] = [];
  /** The version that the person sees while they choose: what changed since is not replaced. */
  private version = 0;

  protected prepare(detail: unknown): void {
    this.version = project.version;
    this.folderTarget.value = "";
    this.rows = (detail as ChosenFile[]).map((file) => ({ ...file, element: instantiate(this.templateTarget), refusal: "", replaces: false }));
    for (const row of this.rows) {
      row.element.querySelector("[data-part=name]")!.textContent = row.name;
      row.element.querySelector("[data-part=choice]")!.addEventListener("change", (event) => this.choose(row, event.target as HTMLInputElement));
    }
    this.rowsTarget.replaceChildren(...this.rows.map(({ element }) => element));
    this.fail("");
    this.paint();
  }

  /** The folder was changed: other paths may be taken there. */
  move(): void {
    for (const row of this.rows) row.refusal = "";
    this.paint();
  }

  async submit(event: Event): Promise<void> {
    event.preventDefault();
    const taken = this.taken;
    if (taken.length === 0 || this.submitTarget.disabled) return;
    this.submitTarget.disabled = true;
    this.fail("");
    try {
      const changes = Object.fromEntries(taken.map((row): [string, Change] => [this.fieldOf(row), { content: row.text ?? "" }]));
      const version = await project.saving.changeFiles({ base_version: this.version, changes });
      this.element.close();
      toast({ text: count("upload.done", taken.length, { version }) });
    } catch (error) {
      this.refused(error);
    } finally {
      this.paint();
    }
  }

  /** Each problem stands beside its file; the others can be uploaded without it. */
  private refused(error: unknown): void {
    if (!(error instanceof Refused)) {
      this.fail(say("offline.short"));
      return;
    }
    const { problem } = error;
    const errors = (problem["errors"] as Record<string, string[]> | undefined) ?? (problem["field"] ? { [String(problem["field"])]: [problem.detail] } : {});
    if (typeof problem["current_version"] === "number") this.version = problem["current_version"];
    for (const row of this.rows) row.refusal = errors[this.fieldOf(row)]?.[0] ?? "";
    if (!this.rows.some((row) => row.refusal)) this.fail(problem.detail);
  }

  private fieldOf(row: Row): string {
    return `files/${pathIn(this.folderTarget.value, row.name)}`;
  }

  private get taken(): Row[] {
    return this.rows.filter((row) => !this.problemOf(row) && (row.replaces || !this.isThere(row)));
  }

  private isThere(row: Row): boolean {
    return project.fields.get(this.fieldOf(row))?.exists === true;
  }

  private problemOf(row: Row): string {
    if (row.problem) return say(PROBLEMS[row.problem], { limit: Math.round(project.textLimit / 1024) });
    const field = project.fields.get(this.fieldOf(row));
    if (field?.lock && row.refusal === "") {
      const isOwn = field.lock.holder.id === project.me.id;
      return isOwn ? say("upload.editing") : say("upload.locked", { name: field.lock.holder.display_name });
    }
    return row.refusal;
  }

  private choose(row: Row, box: HTMLInputElement): void {
    row.replaces = box.checked;
    this.paint();
  }

  private paint(): void {
    for (const row of this.rows) {
      const problem = this.problemOf(row);
      const asks = !problem && this.isThere(row);
      const place = (name: string) => row.element.querySelector<HTMLElement>(`[data-part=${name}]`)!;
      place("problem").hidden = !problem;
      place("problem").querySelector("span")!.textContent = problem;
      place("choice").hidden = !asks;
      place("state").hidden = Boolean(problem) || (asks && row.replaces);
      place("state").textContent = say(asks ? "upload.skipped" : "upload.new");
    }
    const { taken } = this;
    const size = taken.reduce((sum, row) => sum + row.size, 0);
    if (size > MAX_TOGETHER) this.fail(say("upload.together"));
    this.submitTarget.textContent = count("upload.submit", taken.length, { version: project.version + 1 });
    this.submitTarget.disabled = taken.length === 0 || size > MAX_TOGETHER;
  }

  private fail(words: string): void {
    this.errorTarget.hidden = words === "";
    this.errorTarget.querySelector("span")!.textContent = words;
  }
}
