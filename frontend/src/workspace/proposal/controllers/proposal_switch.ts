import { Partial } from "../../../controllers/partials";
import { LiveController } from "../../../controllers/live";
import { attempt } from "../../attempt";
import { project } from "../../instance";
import { newProposal } from "../making";

/** The menu beside the project's name: the current text, or one of this person's proposals. */
export class ProposalSwitchController extends LiveController {
  static override targets = ["title", "own"];
  static override values = { url: String };
  declare readonly titleTarget: HTMLElement;
  declare readonly hasTitleTarget: boolean;
  declare readonly ownTarget: HTMLElement;
  declare readonly urlValue: string;
  private list!: Partial;

  override connect(): void {
    this.list = new Partial(this.ownTarget, () => this.urlValue, () => this.mark());
    const { proposal } = project;
    if (proposal) {
      this.follow(
        proposal.on("state", () => {
          if (this.hasTitleTarget && this.titleTarget.textContent !== proposal.title) this.titleTarget.textContent = proposal.title;
        }),
      );
    }
    window.addEventListener("palette:new-proposal", this.wanted);
  }

  override disconnect(): void {
    super.disconnect();
    window.removeEventListener("palette:new-proposal", this.wanted);
  }

  load(): void {
    void this.list.refresh();
  }

  make(): void {
    void attempt(newProposal());
  }

  private readonly wanted = (event: Event): void => {
    event.preventDefault();
    this.make();
  };

  /** The one that the page is over. */
  private mark(): void {
    for (const row of this.ownTarget.querySelectorAll<HTMLElement>("[data-proposal-id]")) {
      if (row.dataset["proposalId"] === project.proposal?.id) row.setAttribute("aria-current", "page");
    }
  }
}
