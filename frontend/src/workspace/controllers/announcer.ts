import { project } from "../instance";
import { LiveController } from "../../controllers/live";

const KEPT_FOR = 10_000;

/** The polite live region: says in words what others see change. Each is a line of its own, so that none is lost. */
export class AnnouncerController extends LiveController {
  override connect(): void {
    this.follow(project.on("announce", (words) => this.say(words)));
  }

  private say(words: string): void {
    const line = document.createElement("p");
    line.textContent = words;
    this.element.append(line);
    window.setTimeout(() => line.remove(), KEPT_FOR);
  }
}
