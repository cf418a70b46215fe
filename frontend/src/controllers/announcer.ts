import { project } from "../workspace/current";
import { LiveController } from "./live";

/** The polite live region: says in words what others see change. */
export class AnnouncerController extends LiveController {
  override connect(): void {
    this.follow(project.on("announce", (words) => (this.element.textContent = words)));
  }
}
