import { LiveController } from "../../../controllers/live";
import { count, say } from "../../../texts";
import { toast } from "../../../base/controllers/toasts";
import { attempt } from "../../attempt";
import { confirmDiscard } from "../../discarding";
import { project } from "../../instance";
import { changedFields, firstObstacle, goToField } from "../overview";

/** What is done with the whole proposal. */
export class ProposalActionsController extends LiveController {
  static override targets = ["submit", "read", "accept", "acceptLabel"];
  declare readonly submitTarget: HTMLButtonElement;
  /** In the place of the other one where nothing is left to submit. */
  declare readonly readTarget: HTMLElement;
  declare readonly hasReadTarget: boolean;
  declare readonly acceptTarget: HTMLButtonElement;
  declare readonly acceptLabelTarget: HTMLElement;

  override connect(): void {
    const { proposal } = project;
    if (!proposal) return;
    this.follow(
      project.on("field", () => this.paint()),
      project.on("version", () => this.paint()),
      proposal.on("state", () => this.paint()),
      proposal.on("ended", () => this.paint()),
    );
    this.paint();
  }

  submit(): void {
    askAbout("submit-proposal");
  }

  accept(): void {
    askAbout("accept-proposal");
  }

  async discard(): Promise<void> {
    if (await confirmDiscard("discard-proposal")) await discard();
  }

  private paint(): void {
    const { proposal } = project;
    if (!proposal) return;
    const changes = changedFields().length;
    const isNew = proposal.round === 0;
    const isSubmitted = !isNew && proposal.isSubmitted;
    this.submitTarget.hidden = isSubmitted && this.hasReadTarget;
    if (this.hasReadTarget) this.readTarget.hidden = !isSubmitted;
    this.submitTarget.textContent = isNew ? say("proposal.open") : say("proposal.submit", { round: proposal.round + 1 });
    this.submitTarget.disabled = changes === 0 || proposal.hasEnded || !proposal.may.stage;
    this.submitTarget.title = changes === 0 ? say("proposal.nothing") : count("fields", changes);
    this.acceptTarget.hidden = !proposal.may.accept || proposal.hasEnded || changes === 0 || (!isNew && !proposal.isSubmitted);
    this.acceptLabelTarget.textContent = say("proposal.accept_as", { version: project.version + 1 });
  }
}

/** Ask in the dialog of that name, unless something prevents it: then that is shown. */
export function askAbout(name: "submit-proposal" | "accept-proposal"): void {
  const obstacle = firstObstacle();
  const words = obstacle?.words ?? missing(name);
  if (!words) {
    document.getElementById(name)?.dispatchEvent(new CustomEvent(`${name}:ask`));
    return;
  }
  if (obstacle) goToField(obstacle.field.name);
  toast({ text: words, kind: "failed" });
}

/** Why there is nothing to ask about; empty where there is something. */
function missing(name: "submit-proposal" | "accept-proposal"): string {
  const { proposal } = project;
  if (changedFields().length === 0) return say("proposal.nothing");
  if (name === "accept-proposal" || !proposal || proposal.round === 0 || !proposal.isSubmitted) return "";
  return say("proposal.submitted", { round: proposal.round });
}

/** Discard the proposal, and go to the current text. */
export async function discard(): Promise<void> {
  if (project.proposing && (await attempt(project.proposing.discard()))) location.assign(location.pathname);
}
