import { LiveController } from "../../controllers/live";
import { gateway } from "../../live";
import { fetchPart } from "../../page_parts";

const NARROW = "(max-width: 1199px)";
const RAIL = "#auto-rail";
/** What changes a row of the rail; several things often happen at once. */
const OF_THE_RAIL = /^(?:script\.(?!started|asked)|rule\.|module\.)/;
const DELAY = 300;

/** The page of a script: the rail beside it is live, and its side panel is folded away and shown again. */
export class ScriptPageController extends LiveController {
  private timer = 0;

  override connect(): void {
    this.follow(
      gateway.on("event", ({ name }) => {
        if (OF_THE_RAIL.test(name)) this.soon();
      }),
      gateway.on("missed", () => this.soon()),
      () => window.clearTimeout(this.timer),
    );
  }

  private soon(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.refresh(), DELAY);
  }

  private async refresh(): Promise<void> {
    const rail = document.querySelector(RAIL);
    // Who goes through its links by keyboard keeps their place; the next event brings it up to date.
    if (!rail || rail.contains(document.activeElement)) return;
    await fetchPart(location.pathname, { source: rail, target: rail, select: RAIL, swap: "outerHTML settle:0ms" });
  }

  fold(): void {
    const isShown = window.matchMedia(NARROW).matches ? this.element.dataset["panel"] === "open" : this.element.dataset["panel"] !== "closed";
    this.element.dataset["panel"] = isShown ? "closed" : "open";
  }
}
