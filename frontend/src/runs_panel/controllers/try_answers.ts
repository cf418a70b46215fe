import { LiveController } from "../../controllers/live";
import { project } from "../../workspace/instance";

/** The answers of one experiment: asked for again when something happens to one of its runs. */
export class TryAnswersController extends LiveController {
  static override values = { of: String };
  declare readonly ofValue: string;

  override connect(): void {
    this.follow(
      project.on("event", ({ name, data }) => {
        if (name.startsWith("run.") && data["experiment_id"] === this.ofValue) this.dispatch("changed");
      }),
      project.gateway.on("missed", () => this.dispatch("changed")),
    );
  }
}
