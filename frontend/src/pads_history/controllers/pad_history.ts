import { LiveController } from "../../controllers/live";
import { gateway } from "../../live";
import { fetchPart } from "../../page_parts";
import { colourTables } from "../../past/colour";
import { pressed, types } from "../../shortcuts";
import { count } from "../../texts";
import { NewestRevision } from "../newer";
import { Scale } from "../scale";

const BODY = "#pad-history-body";
/** Milliseconds for which playing shows each stop. */
const PAUSE = 1_500;

/** Events after which the page says something else: what was promoted, whether one may write. */
const CHANGES = ["draft.saved", "proposal.accepted", "project.", "member.role_changed"];

/** Which link of the page a key or the playing follows (`data-step`). */
const STEPS: Record<string, string> = {
  "pad-stop-before": "stop-before",
  "pad-stop-after": "stop-after",
  "pad-revision-before": "revision-before",
  "pad-revision-after": "revision-after",
};

/**
 * The history of a pad, step by step: Django writes the page's body again for each revision, and the address follows.
 * Without this script the same links lead to the same pages.
 */
export class PadHistoryController extends LiveController {
  static override targets = ["ruler", "mark", "label", "chip", "play", "words", "newer"];
  static override values = { pad: String };
  declare readonly padValue: string;
  declare readonly rulerTarget: HTMLElement;
  declare readonly markTarget: SVGElement;
  declare readonly labelTarget: SVGElement;
  declare readonly chipTarget: SVGElement;
  declare readonly playTarget: HTMLButtonElement;
  declare readonly hasPlayTarget: boolean;
  declare readonly wordsTarget: HTMLElement;
  declare readonly newerTarget: HTMLAnchorElement;
  declare readonly hasNewerTarget: boolean;
  private isLoading = false;
  /** What was asked for while the page is fetched: the last wish counts. */
  private wish: (() => void) | null = null;
  private isPlaying = false;
  private timer = 0;
  private grabbed: number | null = null;
  private newest = 0;

  override connect(): void {
    const newest = new NewestRevision(gateway, this.padValue, (revision) => {
      this.newest = revision;
      this.paintNewer();
    });
    this.follow(
      newest.follow(),
      gateway.on("event", ({ name, data }) => {
        if (name.startsWith("pad.") ? data["pad_id"] === this.padValue : CHANGES.some((each) => name.startsWith(each))) this.renew();
      }),
    );
    const at = this.at;
    if (at && !new URLSearchParams(location.search).has("at")) this.remember(this.addressOf(at));
    this.arrived();
  }

  override disconnect(): void {
    super.disconnect();
    window.clearTimeout(this.timer);
  }

  click(event: MouseEvent): void {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-step]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    this.stop();
    void this.go(link.href);
  }

  key(event: KeyboardEvent): void {
    if (types(event) || document.querySelector("dialog:modal")) return;
    const name = pressed(event) ?? (event.target === this.rulerTarget ? onRuler(event) : undefined);
    if (name === "pad-play") {
      if ((event.target as Element).closest("button, summary, select, input")) return;
      this.play();
    } else if (name && STEPS[name]) {
      this.stop();
      this.step(STEPS[name]);
    } else return;
    event.preventDefault();
  }

  /** From here to the end, stop by stop; at the end from the beginning. */
  play(): void {
    if (this.isPlaying) {
      this.stop();
      return;
    }
    this.isPlaying = true;
    this.paintPlay();
    if (!this.link("stop-after")) {
      const first = [...this.element.querySelectorAll<HTMLAnchorElement>("a.pad-stop")].at(-1);
      if (first) void this.go(first.href);
      return;
    }
    this.next();
  }

  grab(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.stop();
    this.rulerTarget.setPointerCapture(event.pointerId);
    this.pull(event);
  }

  drag(event: PointerEvent): void {
    if (this.grabbed !== null) this.pull(event);
  }

  drop(event: PointerEvent): void {
    if (this.grabbed === null) return;
    this.pull(event);
    const revision = this.grabbed;
    this.grabbed = null;
    void this.go(this.addressOf(revision));
  }

  cancel(): void {
    this.grabbed = null;
    void this.go(location.href);
  }

  /** The link is another one after each step, and what is shown may be newer. */
  newerTargetConnected(): void {
    this.paintNewer();
  }

  /** The button is another one after each step. */
  playTargetConnected(): void {
    this.paintPlay();
  }

  private pull(event: PointerEvent): void {
    const { left, width } = this.rulerTarget.getBoundingClientRect();
    const x = Math.min(Math.max((event.clientX - left) / width, 0), 1);
    const scale = JSON.parse(this.rulerTarget.dataset["scale"] ?? "[]") as [number, number][];
    this.grabbed = new Scale(scale).revisionAt(x);
    for (const each of [this.markTarget, this.labelTarget]) each.setAttribute("x", `${x * 100}%`);
    this.chipTarget.textContent = this.grabbed.toLocaleString(document.documentElement.lang);
  }

  /** How many changes the page does not know yet; the link leads to the newest one. */
  private paintNewer(): void {
    if (!this.hasNewerTarget) {
      if (this.newest > 0 && !this.isLoading) void this.go(location.href);
      return;
    }
    const known = Number(this.element.querySelector<HTMLElement>(BODY)?.dataset["head"] ?? 0);
    const link = this.newerTarget;
    link.hidden = this.newest <= known;
    if (link.hidden) return;
    const words = count("pads.newer", this.newest - known);
    if (link.textContent !== words) link.textContent = words;
    link.href = `${link.pathname}?at=${this.newest}${link.dataset["show"] ?? ""}`;
  }

  /** Something else than the text has changed: what is shown is written again. */
  private renew(): void {
    if (!this.isLoading && this.grabbed === null && !document.querySelector("dialog:modal")) void this.go(location.href);
  }

  private get at(): number {
    return Number(this.element.querySelector<HTMLElement>(BODY)?.dataset["at"] ?? 0);
  }

  private addressOf(revision: number): string {
    const address = new URL(location.href);
    address.searchParams.set("at", String(revision));
    return address.href;
  }

  private link(step: string): HTMLAnchorElement | null {
    return this.element.querySelector<HTMLAnchorElement>(`a[data-step="${step}"]`);
  }

  private step(step: string): void {
    if (this.isLoading) {
      this.wish = () => this.step(step);
      return;
    }
    const link = this.link(step);
    if (link) void this.go(link.href);
  }

  private async go(address: string): Promise<void> {
    if (this.isLoading) {
      this.wish = () => void this.go(address);
      return;
    }
    const body = this.element.querySelector<HTMLElement>(BODY);
    if (!body) return;
    this.isLoading = true;
    const focused = body.contains(document.activeElement) ? (document.activeElement?.id ?? "") : "";
    const top = this.text?.scrollTop ?? 0;
    const isDone = await fetchPart(address, { source: this.element, target: body, select: BODY, swap: "outerHTML settle:0ms" });
    this.isLoading = false;
    if (isDone) {
      this.remember(address);
      if (this.text) this.text.scrollTop = top;
      this.arrived();
      this.say();
      if (focused && document.activeElement === document.body) this.focus(focused);
    } else this.stop();
    const wish = this.wish;
    this.wish = null;
    if (wish) wish();
    else if (this.isPlaying) this.next();
  }

  private next(): void {
    window.clearTimeout(this.timer);
    if (!this.link("stop-after")) {
      this.stop();
      return;
    }
    this.timer = window.setTimeout(() => this.isPlaying && this.step("stop-after"), PAUSE);
  }

  private stop(): void {
    window.clearTimeout(this.timer);
    this.isPlaying = false;
    this.paintPlay();
  }

  private paintPlay(): void {
    if (this.hasPlayTarget) this.playTarget.ariaPressed = String(this.isPlaying);
  }

  /** The moment that is shown, for who does not see it. */
  private say(): void {
    this.wordsTarget.textContent = this.rulerTarget.getAttribute("aria-valuetext") ?? "";
  }

  /** A button at the end of the history is none any more: the ruler can go on from there. */
  private focus(id: string): void {
    (document.getElementById(id) ?? this.rulerTarget).focus({ preventScroll: true });
  }

  private arrived(): void {
    colourTables(this.element);
    this.element.querySelector("[aria-current=step]")?.scrollIntoView({ block: "nearest" });
    this.showChange();
  }

  /** What changed comes into view where nothing of it is. */
  private showChange(): void {
    const text = this.text;
    if (!text) return;
    const frame = text.getBoundingClientRect();
    const changes = [...text.querySelectorAll<HTMLElement>("ins, del")];
    const isSeen = (change: HTMLElement) => {
      const { top, bottom } = change.getBoundingClientRect();
      return bottom > Math.max(frame.top, 0) && top < Math.min(frame.bottom, window.innerHeight);
    };
    if (text.scrollHeight > text.clientHeight && changes.length && !changes.some(isSeen)) {
      const first = changes[0] as HTMLElement;
      text.scrollTop += first.getBoundingClientRect().top - frame.top - text.clientHeight / 3;
    }
  }

  private get text(): HTMLElement | null {
    return document.getElementById("pad-past-text");
  }

  private remember(address: string): void {
    window.history.replaceState(window.history.state, "", address);
  }
}

/** The arrow keys of a slider work for who has switched the shortcuts off, too. */
function onRuler({ key, shiftKey }: KeyboardEvent): string | undefined {
  if (key === "ArrowLeft" || key === "ArrowDown") return shiftKey ? "pad-revision-before" : "pad-stop-before";
  if (key === "ArrowRight" || key === "ArrowUp") return shiftKey ? "pad-revision-after" : "pad-stop-after";
  return undefined;
}
