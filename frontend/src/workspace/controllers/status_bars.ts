import { LiveController } from "../../controllers/live";
import { Partial } from "../../controllers/partials";
import { project } from "../instance";

/** What the project's status means, as Django writes it: the bars, the badge, the tabs. Asked for again when it changes. */
export class StatusBarsController extends LiveController {
  override connect(): void {
    const bars = new Partial(this.element, () => location.pathname, () => this.dispatch("shown"), "#status-bars > *");
    this.follow(project.on("status", () => void bars.refresh()));
  }
}
