import { htmx } from "../base";
import { project } from "../workspace/current";
import { LiveController } from "./live";

/** The side panel: asks Django for the history again when there is a new version. */
export class PanelController extends LiveController {
  static override targets = ["history"];
  declare readonly historyTarget: HTMLElement;

  override connect(): void {
    this.follow(
      project.on("version", () => {
        void htmx.ajax("get", this.historyTarget.dataset["url"] ?? "", { target: this.historyTarget, swap: "innerHTML" });
      }),
    );
  }
}
