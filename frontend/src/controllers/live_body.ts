import { Controller } from "@hotwired/stimulus";
import htmx from "htmx.org";
import { gateway, me } from "../live";
import type { ProjectEvent } from "../protocol";
import { say } from "../texts";

const ANNOUNCED = [
  "announce.release.submitted", "announce.release.signed", "announce.release.rejected", "announce.release.withdrawn",
  "announce.release.released",
];

/**
 * A page that follows its project: whatever of these events happens, or happened while the line was broken, Django writes
 * the page's body, the badge and the tabs again. A dialog beside the body stays as it is.
 */
export class LiveBodyController extends Controller<HTMLElement> {
  static override values = { on: String, address: String };
  declare readonly onValue: string;
  declare readonly addressValue: string;
  private undo: (() => void)[] = [];

  override connect(): void {
    this.undo = [gateway.on("event", (event) => this.onEvent(event)), gateway.on("missed", () => void this.refresh())];
  }

  override disconnect(): void {
    for (const stop of this.undo) stop();
  }

  private onEvent(event: ProjectEvent): void {
    if (!this.onValue.split(" ").some((prefix) => event.name.startsWith(prefix))) return;
    this.announce(event);
    void this.refresh();
  }

  private async refresh(): Promise<void> {
    const address = this.addressValue || location.pathname + location.search;
    const focused = this.element.contains(document.activeElement) ? document.activeElement?.id : "";
    await htmx.ajax("get", address, { source: this.element, target: this.element, select: "#live-body", swap: "outerHTML settle:0ms" });
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }

  private announce({ name, actor, data }: ProjectEvent): void {
    const key = `announce.${name}`;
    const place = document.getElementById("live-words");
    if (!place || actor.id === me || !ANNOUNCED.includes(key)) return;
    place.textContent = say(key, { name: actor.display_name, release: String(data["name"] ?? ""), meaning: String(data["meaning"] ?? "") });
  }
}
