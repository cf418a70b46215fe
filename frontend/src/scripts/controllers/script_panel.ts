import { LiveController } from "../../controllers/live";
import { Partial } from "../../controllers/partials";
import { gateway } from "../../live";

/** Beside the text: settings, executions and earlier texts, each asked for again when something has happened. */
export class ScriptPanelController extends LiveController {
  static override targets = ["part"];
  declare readonly partTargets: HTMLElement[];
  private readonly partials = new Map<HTMLElement, Partial>();

  override connect(): void {
    for (const part of this.partTargets) {
      this.partials.set(part, new Partial(part, () => part.dataset["address"] ?? "", () => this.refreshed(part)));
    }
    this.follow(
      gateway.on("event", ({ name }) => {
        if (/^(?:script|execution|proposal|module)\./.test(name)) this.changed();
      }),
      gateway.on("missed", () => this.changed()),
    );
    window.addEventListener("script:changed", this.changed);
    this.element.addEventListener("htmx:beforeSwap", this.hold);
    this.element.addEventListener("htmx:afterSwap", this.swapped);
    this.element.addEventListener("toggle", this.toggled, { capture: true });
  }

  override disconnect(): void {
    super.disconnect();
    window.removeEventListener("script:changed", this.changed);
    this.element.removeEventListener("htmx:beforeSwap", this.hold);
    this.element.removeEventListener("htmx:afterSwap", this.swapped);
    this.element.removeEventListener("toggle", this.toggled, { capture: true });
  }

  /** A tab may have been chosen: its part is asked for the first time. */
  opened(): void {
    for (const part of this.partTargets) if (!part.hidden && !("loaded" in part.dataset)) this.load(part);
  }

  /** The same on a phone, where the tabs are buttons. */
  choose(event: Event): void {
    document.getElementById((event.currentTarget as HTMLElement).dataset["tab"] ?? "")?.click();
  }

  private load(part: HTMLElement): void {
    part.dataset["loaded"] = "";
    void this.partials.get(part)?.refresh();
  }

  private readonly changed = (): void => {
    for (const part of this.partTargets) {
      if (!("loaded" in part.dataset)) continue;
      // What is typed in an open form stays; its answer brings the rest.
      if (part.querySelector("details[open]")) part.dataset["stale"] = "";
      else this.load(part);
    }
  };

  /** A form was closed without being sent. */
  private readonly toggled = (): void => {
    for (const part of this.partTargets) {
      if ("stale" in part.dataset && !part.querySelector("details[open]")) this.load(part);
    }
  };

  /** A form was opened while its part was asked for: it stays, and the part is asked for again once it is closed. */
  private readonly hold = (event: Event): void => {
    const { detail } = event as CustomEvent<{ target: HTMLElement; shouldSwap: boolean; requestConfig: { verb: string } }>;
    const part = this.partTargets.find((each) => each === detail.target);
    if (!part || detail.requestConfig.verb !== "get" || !part.querySelector("details[open]")) return;
    detail.shouldSwap = false;
    part.dataset["stale"] = "";
  };

  private readonly swapped = (event: Event): void => {
    const part = (event.target as HTMLElement).closest<HTMLElement>("[data-script-panel-target=part]");
    if (part) this.refreshed(part);
  };

  private refreshed(part: HTMLElement): void {
    if (!part.querySelector("details[open]")) delete part.dataset["stale"];
    const state = part.querySelector<HTMLElement>("[data-is-on]");
    if (state) this.dispatch("state", { target: window, prefix: "script", detail: { isOn: state.dataset["isOn"] === "true" } });
  }
}
