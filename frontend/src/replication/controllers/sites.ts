import { LiveController } from "../../controllers/live";
import { gateway } from "../../live";
import { count, say } from "../../texts";

/** Milliseconds between two readings of the page while changes arrive, and until it is read without any sign. */
const PACE = 1_000;
const READ_AGAIN = 30_000;

/** What a link says of itself (`sync.*`); `site` is the key of the other one. */
interface Sync {
  site: string;
  remaining?: number;
}

/** When the page was read last, and what was announced last: the element is another one after each reading. */
let readAt = 0;
let announced = "";

/**
 * The page Sites: Django writes it again when a link begins or ends and while changes arrive, what is to go is counted in
 * between, and screen readers get each change of a link in a sentence. Arrow keys go around the ring.
 */
export class SitesController extends LiveController {
  static override targets = ["node", "remaining"];
  static override values = { names: Object };
  declare readonly nodeTargets: SVGAElement[];
  declare readonly remainingTargets: HTMLElement[];
  declare readonly namesValue: Record<string, string>;
  private timer = 0;

  override connect(): void {
    const links = gateway.on("ephemeral", ({ name, data }) => this.synced(name, data as unknown as Sync));
    const connection = gateway.on("connection", () => this.showLine());
    this.showLine();
    const regularly = window.setInterval(() => document.hidden || this.changed(), READ_AGAIN);
    this.follow(links, connection, () => window.clearInterval(regularly), () => window.clearTimeout(this.timer));
  }

  /** Arrow keys go from site to site, clockwise and back. */
  move(event: KeyboardEvent): void {
    const at = this.nodeTargets.findIndex((node) => node === event.target);
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.nodeTargets[(at + step + this.nodeTargets.length) % this.nodeTargets.length]?.focus();
  }

  /** Whether events of links arrive at once. */
  private showLine(): void {
    this.element.dataset["line"] = gateway.isLive ? "live" : "waiting";
  }

  private synced(name: string, { site, remaining = 0 }: Sync): void {
    const names = { site: this.namesValue[site] ?? site?.slice(0, 8) ?? "" };
    if (name === "sync.connected") announce(say("replication.connected", names));
    else if (name === "sync.disconnected") announce(say("replication.disconnected", names));
    else if (name === "sync.progress") {
      this.count(site, remaining);
      announce(remaining > 0 ? say("replication.arriving", names) : say("replication.complete", names));
    } else if (name !== "sync.changed") return;
    this.changed();
  }

  private count(site: string, remaining: number): void {
    for (const place of this.remainingTargets) {
      if (place.dataset["site"] === site) place.textContent = count("replication.remaining", remaining);
    }
  }

  private changed(): void {
    window.clearTimeout(this.timer);
    const wait = Math.max(0, readAt + PACE - performance.now());
    this.timer = window.setTimeout(() => {
      readAt = performance.now();
      this.dispatch("changed");
    }, wait);
  }
}

/** Once for each change of what is said, not for each bundle. */
function announce(words: string): void {
  const place = document.getElementById("live-words");
  if (!place || words === announced) return;
  announced = words;
  place.textContent = words;
}
