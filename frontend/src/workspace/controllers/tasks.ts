import { succeeded } from "../../responses";
import type { ProjectEvent } from "../../protocol";
import { say } from "../../texts";
import { project } from "../instance";
import { LiveController } from "../../controllers/live";
import { countOnTab } from "./panel";
import { Partial } from "../../controllers/partials";

/** The checklist: what others do to it appears at once. */
export class TasksController extends LiveController {
  static override targets = ["list", "facts", "text", "due"];
  static override values = { url: String };
  declare readonly listTarget: HTMLElement;
  declare readonly factsTarget: HTMLElement;
  declare readonly textTarget: HTMLInputElement;
  declare readonly dueTarget: HTMLInputElement;
  declare readonly urlValue: string;
  private partial!: Partial;

  override connect(): void {
    this.partial = new Partial(this.listTarget, () => this.urlValue, () => this.counted());
    this.follow(project.on("event", (event) => this.onEvent(event)));
  }

  refresh(): void {
    void this.partial.refresh();
  }

  /** A refused tick is taken back by asking how it is. */
  answered(event: CustomEvent<{ elt: HTMLElement }>): void {
    if (!succeeded(event) && event.detail.elt.closest(".task")) this.refresh();
  }

  /** What was written meanwhile stays, and is sent if that was asked for. */
  sent(event: CustomEvent<{ requestConfig: { parameters: Record<string, string> } }>): void {
    const { parameters } = event.detail.requestConfig;
    if (!succeeded(event) || parameters["text"] !== this.textTarget.value) return;
    this.textTarget.value = "";
    this.dueTarget.value = "";
  }

  private counted(): void {
    countOnTab("tasks", Number(this.factsTarget.dataset["open"]));
  }

  private onEvent({ name, actor, data }: ProjectEvent): void {
    if (!name.startsWith("task.")) return;
    this.refresh();
    if (actor.id === project.me.id) return;
    const values = { name: actor.display_name, task: String(data["text"] ?? "") };
    if (name === "task.created") project.announce(say("announce.task.created", values));
    else if (data["done"] === true) project.announce(say("announce.task.done", values));
  }
}
