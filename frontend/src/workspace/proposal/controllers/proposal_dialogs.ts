import { Refused } from "../../../requests";
import { say } from "../../../texts";
import { reasonOf } from "../../attempt";
import { AskingController } from "../../asking";
import { project } from "../../instance";
import type { Field } from "../../field";
import { changedFields, deltaOf, goToField } from "../overview";

/** A question about the whole proposal; why the server refuses is shown in the dialog. */
abstract class ProposalDialogController extends AskingController {
  declare readonly titleTarget: HTMLElement;
  declare readonly textTarget: HTMLElement;
  declare readonly errorTarget: HTMLElement;
  declare readonly submitTarget: HTMLButtonElement;

  async submit(event: Event): Promise<void> {
    event.preventDefault();
    if (this.submitTarget.disabled) return;
    this.submitTarget.disabled = true;
    this.fail("");
    try {
      await this.act();
    } catch (error) {
      this.refused(error);
    } finally {
      this.submitTarget.disabled = false;
    }
  }

  protected abstract act(): Promise<void>;

  protected fail(words: string): void {
    this.errorTarget.hidden = words === "";
    this.errorTarget.querySelector("span")!.textContent = words;
  }

  private refused(error: unknown): void {
    if (!(error instanceof Refused)) {
      this.fail(say("offline.short"));
      return;
    }
    const named = Object.keys((error.problem["errors"] as object | undefined) ?? {}).find((name) => project.fields.has(name));
    if (named === undefined) {
      this.fail(reasonOf(error));
      void project.proposing?.refreshState();
      return;
    }
    // The field is shown, with what is wrong in it.
    this.element.close();
    goToField(named);
    project.notice({ kind: "refused", field: project.field(named), values: { detail: reasonOf(error) } });
  }
}

/** Open the proposal for review, or submit its next round. */
export class SubmitProposalController extends ProposalDialogController {
  static override targets = ["title", "text", "name", "changes", "error", "submit"];
  declare readonly nameTarget: HTMLInputElement;
  declare readonly changesTarget: HTMLElement;

  protected prepare(): void {
    const { proposal } = project;
    if (!proposal) return;
    const isNew = proposal.round === 0;
    const words = isNew ? say("proposal.open_short") : say("proposal.submit_short", { round: proposal.round + 1 });
    this.titleTarget.textContent = isNew ? say("proposal.open_question") : words;
    this.textTarget.textContent = say(isNew ? "proposal.open_text" : "proposal.submit_text");
    this.submitTarget.textContent = words;
    this.nameTarget.value = document.querySelector<HTMLInputElement>("#proposal-title")?.value || proposal.title;
    this.changesTarget.replaceChildren(...changedFields().map(rowOf));
    this.fail("");
  }

  protected async act(): Promise<void> {
    const { proposing } = project;
    if (!proposing) return;
    await proposing.submit(this.nameTarget.value.trim());
    this.element.close();
    // Its page from now on has a number; this one shows what it became.
    location.reload();
  }
}

/** Make the proposal the next version at once. */
export class AcceptProposalController extends ProposalDialogController {
  static override targets = ["title", "text", "message", "error", "submit"];
  declare readonly messageTarget: HTMLTextAreaElement;

  protected prepare(): void {
    const words = say("proposal.accept_short", { version: project.version + 1 });
    this.titleTarget.textContent = `${words}?`;
    this.textTarget.textContent = say("proposal.accept_text", { version: project.version + 1 });
    this.submitTarget.textContent = words;
    this.fail("");
  }

  protected async act(): Promise<void> {
    if (!project.proposing) return;
    await project.proposing.accept(this.messageTarget.value.replace(/\s+/g, " ").trim());
    this.element.close();
    location.assign(location.pathname);
  }
}

function rowOf(field: Field): HTMLElement {
  const row = document.createElement("li");
  row.textContent = field.label;
  const { plus, minus } = deltaOf(field);
  const delta = document.createElement("span");
  delta.className = "delta";
  for (const [name, words] of [["delta-plus", plus], ["delta-minus", minus]] as const) {
    const part = document.createElement("span");
    part.className = name;
    part.textContent = words;
    delta.append(part);
  }
  row.append(delta);
  return row;
}
