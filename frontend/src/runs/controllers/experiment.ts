import { LiveController } from "../../controllers/live";
import { toast } from "../../base/controllers/toasts";
import { gateway, me } from "../../live";
import type { ProjectEvent } from "../../protocol";
import { say } from "../../texts";

const ANNOUNCED = [
  "runs.announce.run.succeeded", "runs.announce.run.failed", "runs.announce.run.canceled", "runs.announce.message.posted",
];
const PAUSE = 300;

/** The page of an experiment: announces what happens, shows who is here, and keeps how far things are scrolled. */
export class ExperimentController extends LiveController {
  static override values = { id: String };
  declare readonly idValue: string;
  private timer = 0;
  private readonly places = new Map<string, number>();

  override connect(): void {
    this.follow(
      gateway.on("event", (event) => this.announce(event)),
      gateway.on("ephemeral", ({ name }) => {
        if (name.startsWith("presence.")) this.peopleChanged();
      }),
      gateway.on("snapshot", () => this.peopleChanged()),
      () => window.clearTimeout(this.timer),
    );
  }

  async copy(event: Event & { params: { from: string } }): Promise<void> {
    const answer = document.getElementById(event.params.from);
    const shown = answer?.querySelector(".answer-patch") ?? answer?.querySelector(".answer-words");
    await navigator.clipboard.writeText(shown?.textContent ?? "");
    toast({ text: say("runs.copied") });
  }

  /** Open the calls of a run in the panel. */
  showCalls(event: Event & { params: { run: string } }): void {
    document.getElementById("tab-calls")?.click();
    const calls = [...document.querySelectorAll<HTMLDetailsElement>(`.call[data-run="${event.params.run}"]`)];
    for (const call of calls) call.open = true;
    calls[0]?.scrollIntoView({ block: "nearest" });
    calls[0]?.querySelector("summary")?.focus();
  }

  /** The body is about to be replaced. */
  leave(): void {
    for (const element of this.scrolling()) this.places.set(element.id, element.scrollLeft);
  }

  return(): void {
    for (const element of this.scrolling()) element.scrollLeft = this.places.get(element.id) ?? 0;
  }

  private scrolling(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>("[data-keep-scroll]")];
  }

  private peopleChanged(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.dispatch("people"), PAUSE);
  }

  private announce({ name, actor, data }: ProjectEvent): void {
    const place = document.getElementById("live-words");
    const key = `runs.announce.${name}`;
    const isOwn = actor.id === me && name === "message.posted";
    if (!place || isOwn || !ANNOUNCED.includes(key) || data["experiment_id"] !== this.idValue) return;
    place.textContent = say(key, { name: actor.display_name, model: String(data["display_name"] ?? "") });
  }
}
