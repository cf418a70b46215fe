import { LiveController } from "../../../controllers/live";
import { project } from "../../instance";

/** Says that an open proposal holds changes which its newest round does not have. */
export class ProposalRoundController extends LiveController {
  override connect(): void {
    const { proposal } = project;
    if (!proposal) return;
    const paint = () => (this.element.hidden = proposal.round === 0 || proposal.isSubmitted);
    this.follow(proposal.on("state", paint));
    paint();
  }
}
