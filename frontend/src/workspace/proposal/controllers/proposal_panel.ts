import { instantiate, LiveController, part } from "../../../controllers/live";
import { Refused } from "../../../requests";
import { say } from "../../../texts";
import { attempt, reasonOf } from "../../attempt";
import { confirmDiscard } from "../../discarding";
import type { Field } from "../../field";
import { project } from "../../instance";
import type { Staged } from "../facts";
import { changedFields, deltaOf, goToField } from "../overview";
import { askAbout, discard } from "./proposal_actions";

/** Title and reason are kept so long after the last key. */
const DELAY = 800;

/** The proposal's own page in the side panel: its title and why, what it changes, what comes next. */
export class ProposalPanelController extends LiveController {
  static override targets = ["title", "description", "error", "changes", "none", "template"];
  declare readonly titleTarget: HTMLInputElement;
  declare readonly descriptionTarget: HTMLTextAreaElement;
  declare readonly errorTarget: HTMLElement;
  declare readonly changesTarget: HTMLElement;
  declare readonly noneTarget: HTMLElement;
  declare readonly templateTarget: HTMLTemplateElement;
  private timer = 0;
  private kept = { title: "", description: "" };
  /** The names of the rows that are there. */
  private shown = "";

  override connect(): void {
    this.kept = this.typed;
    const { proposal } = project;
    if (!proposal) return;
    this.follow(
      project.on("field", () => this.paint()),
      proposal.on("state", () => this.paint()),
    );
    window.addEventListener("pagehide", this.leaving);
    this.paint();
  }

  override disconnect(): void {
    super.disconnect();
    window.removeEventListener("pagehide", this.leaving);
  }

  edited(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.keep(), DELAY);
  }

  /** Keep title and reason; what is wrong with them is shown at the field. */
  async keep(): Promise<void> {
    window.clearTimeout(this.timer);
    const { typed } = this;
    const isNew = typed.title !== this.kept.title || typed.description !== this.kept.description;
    if (!isNew || !project.proposing) return;
    let words = "";
    try {
      await project.proposing.edit(typed);
      this.kept = typed;
    } catch (error) {
      words = error instanceof Refused ? reasonOf(error) : say("offline.short");
    }
    this.errorTarget.hidden = words === "";
    this.errorTarget.querySelector("span")!.textContent = words;
    this.titleTarget.setAttribute("aria-invalid", String(words !== ""));
  }

  /** Asked for in the palette, or by key. */
  submit(event: Event): void {
    event.preventDefault();
    askAbout("submit-proposal");
  }

  accept(event: Event): void {
    event.preventDefault();
    askAbout("accept-proposal");
  }

  go(event: Event): void {
    goToField(nameIn(event));
  }

  async drop(event: Event): Promise<void> {
    const field = project.fields.get(nameIn(event));
    if (field && project.proposing && (await confirmDiscard("use-current"))) await attempt(project.proposing.resolving.useCurrent(field));
  }

  async discard(): Promise<void> {
    if (await confirmDiscard("discard-proposal")) await discard();
  }

  private get typed(): { title: string; description: string } {
    return { title: this.titleTarget.value.trim(), description: this.descriptionTarget.value.trim() };
  }

  private readonly leaving = (): void => void this.keep();

  private paint(): void {
    const fields = changedFields();
    const names = fields.map(({ name }) => name).join("\n");
    if (names !== this.shown) {
      this.shown = names;
      this.changesTarget.replaceChildren(...fields.map((field) => this.row(field)));
    }
    this.noneTarget.hidden = fields.length > 0;
    fields.forEach((field, index) => {
      const row = this.changesTarget.children[index];
      const { plus, minus } = deltaOf(field);
      const staged = project.proposal?.staged.get(field.name);
      const isMoved = staged?.drift === "clean" || staged?.drift === "choices";
      const drift = isMoved ? driftOf(staged) : "";
      const words = { plus, minus: staged?.removed ? say("proposal.removed") : minus, drift };
      for (const [name, text] of Object.entries(words)) {
        const place = row && part(row, name);
        if (place && place.textContent !== text) place.textContent = text;
      }
    });
  }

  private row(field: Field): HTMLElement {
    const row = instantiate(this.templateTarget);
    row.dataset["field"] = field.name;
    part(row, "label")!.textContent = field.label;
    const drop = part(row, "drop")!;
    drop.ariaLabel = drop.title = say("proposal.leave_out", { field: field.label });
    return row;
  }
}

function driftOf({ renamed, changed_in: version }: Staged): string {
  if (renamed) return say("drift.renamed.short", { name: renamed.replace(/^files\//, "") });
  return say("drift.short", { version: version ?? project.version });
}

function nameIn(event: Event): string {
  return (event.currentTarget as HTMLElement).closest<HTMLElement>("[data-field]")?.dataset["field"] ?? "";
}
