import htmx from "htmx.org";
import { project } from "../instance";
import { LiveController } from "../../controllers/live";

/** What the project's status means, as Django writes it: the bars, the badge, the tabs. Asked for again when it changes. */
export class StatusBarsController extends LiveController {
  override connect(): void {
    this.follow(project.on("status", () => void this.refresh()));
  }

  private async refresh(): Promise<void> {
    const swap = { source: this.element, target: this.element, select: "#status-bars > *", swap: "innerHTML settle:0ms" };
    await htmx.ajax("get", location.pathname, swap);
    this.dispatch("shown");
  }
}
