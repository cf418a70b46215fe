import { LiveController } from "../../../controllers/live";
import { say } from "../../../texts";
import { attempt } from "../../attempt";
import { confirmDiscard } from "../../discarding";
import type { Field } from "../../field";
import { project } from "../../instance";
import { isDifferenceWanted, rememberDifference } from "../difference";
import { proposeInstead } from "../making";

/** A button of the sheet that is about the field which is shown. */
abstract class ToolController extends LiveController<HTMLButtonElement> {
  override connect(): void {
    const paint = (field: Field) => {
      if (field.view) this.paint(field);
    };
    this.follow(project.on("field", paint), project.on("connection", () => this.repaint()), project.on("status", () => this.repaint()));
    this.repaint();
  }

  protected abstract paint(field: Field): void;

  protected get shown(): Field | undefined {
    return [...project.fields.values()].find((field) => field.view);
  }

  private repaint(): void {
    const { shown } = this;
    if (shown) this.paint(shown);
  }
}

/** Shows in the text what the proposal takes away and adds, or the proposed text alone. */
export class ProposalDifferenceController extends ToolController {
  toggle(): void {
    rememberDifference(!isDifferenceWanted());
    for (const field of project.fields.values()) if (field.state) project.proposing?.paintDifference(field);
    this.element.ariaPressed = String(isDifferenceWanted());
  }

  protected paint(field: Field): void {
    this.element.ariaPressed = String(isDifferenceWanted());
    this.element.hidden = project.proposal?.viewOf(field) !== "proposed";
  }
}

/** Takes a field out of the proposal again. */
export class ProposalLeaveOutController extends ToolController {
  async ask(): Promise<void> {
    const { shown } = this;
    if (!shown || !project.proposing || !(await confirmDiscard("use-current"))) return;
    await attempt(project.proposing.resolving.useCurrent(shown));
    project.focusText();
  }

  protected paint(field: Field): void {
    this.element.hidden = !project.proposal || project.proposal.hasEnded || project.proposal.viewOf(field) === "same";
  }
}

/** The way into a field that somebody else holds, or that one's role does not write: a proposal. */
export class ProposeController extends ToolController {
  async instead(): Promise<void> {
    const { shown } = this;
    if (shown) await attempt(proposeInstead(shown));
  }

  protected paint(field: Field): void {
    const view = project.viewOf(field);
    const isBarred = view === "theirs" || view === "reading" || view === "in_review";
    this.element.hidden = !isBarred || !project.may.propose || !project.isLive;
    const words = this.element.querySelector("span");
    if (words) words.textContent = say(view === "theirs" ? "propose.instead" : "propose.change");
  }
}
