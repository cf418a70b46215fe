import { project } from "../instance";
import { LiveController } from "../../controllers/live";

/** The badge beside the project's name: its status and its current version. */
export class StatusController extends LiveController {
  static override targets = ["version"];
  declare readonly versionTargets: HTMLElement[];

  override connect(): void {
    this.follow(
      project.on("status", (status) => (this.element.dataset["state"] = status)),
      project.on("version", (version) => {
        for (const place of this.versionTargets) place.textContent = `v${version}`;
      }),
    );
  }
}
