import { LiveController, part } from "../../controllers/live";
import { count, say } from "../../texts";
import { withSeconds } from "../../time";
import { session, shown } from "../instance";

/** Milliseconds: what is acknowledged sooner was never said to be on its way. */
const PATIENCE = 400;

/** Below the text: whether all is kept, the revision, how long the text is, where the caret is. */
export class PadFootController extends LiveController {
  static override targets = ["kept", "revision", "size", "place"];
  declare readonly keptTarget: HTMLElement;
  declare readonly revisionTarget: HTMLElement;
  declare readonly sizeTarget: HTMLElement;
  declare readonly placeTarget: HTMLElement;
  private waitsSince = 0;
  private timer = 0;
  private frame = 0;

  override connect(): void {
    this.follow(
      session.on("status", () => this.soon()),
      session.on("document", () => this.soon()),
      shown.on("update", () => this.soon()),
      () => window.clearTimeout(this.timer),
    );
  }

  private soon(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.paint();
    });
  }

  private paint(): void {
    this.paintKept();
    const { view } = shown;
    if (!view) return;
    const { doc, selection } = view.state;
    write(this.revisionTarget, say("pads.revision", { n: session.revision.toLocaleString(document.documentElement.lang) }));
    write(this.sizeTarget, `${count("pads.lines", doc.lines)} · ${count("pads.characters", doc.length)}`);
    const line = doc.lineAt(selection.main.head);
    write(this.placeTarget, say("pads.place", { line: line.number, column: selection.main.head - line.from + 1 }));
  }

  private paintKept(): void {
    const waiting = session.outbox.count;
    const now = Date.now();
    this.waitsSince = waiting === 0 ? 0 : this.waitsSince || now;
    if (session.isOffline) this.show("offline", say(session.writer === null ? "pads.offline.reading" : "pads.offline"), waiting);
    else if (session.phase === "connecting") this.show("sending", say("pads.connecting"), 0);
    else if (waiting > 0 && now - this.waitsSince >= PATIENCE) this.show("sending", count("pads.on_their_way", waiting), 0);
    else if (waiting === 0) this.sayKept();
    if (waiting > 0 && now - this.waitsSince < PATIENCE) {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.soon(), PATIENCE);
    }
  }

  private sayKept(): void {
    const { keptAt } = session.outbox;
    this.show("kept", keptAt ? say("pads.kept_at", { time: withSeconds(keptAt) }) : say("pads.kept"), 0);
  }

  private show(state: string, words: string, waiting: number): void {
    this.keptTarget.dataset["state"] = state;
    const whole = waiting > 0 ? `${words} · ${count("pads.on_their_way", waiting)}` : words;
    write(part(this.keptTarget, "words")!, whole);
  }
}

function write(element: HTMLElement, words: string): void {
  if (element.textContent !== words) element.textContent = words;
}
