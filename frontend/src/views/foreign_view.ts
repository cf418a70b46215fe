import { NotDrawn } from "./attributes";
import { draw } from "./drawing";
import { Typed } from "./typed";

/** Milliseconds. A view that answers nothing for so long has ended. */
const SILENT = 2_000;
const EVERY = 500;
/** A view that has not begun after so long has ended, too: its frame did not load. */
const BEGINS = 15_000;
const CLOSING = 1_000;
/** Drawing takes at most a quarter of the page's time. */
const REST = 3;
/** Requests of a view that wait for their answers. */
const MOST_ASKED = 200;

/** Why a view ended: it was silent, sent too much, failed, or drew what cannot be drawn. `words` are its own. */
export interface Ended {
  why: string;
  words: string;
}

/** What a view is told of a request that was refused. */
export interface Refusal {
  code: string;
  message: string;
  capability: string | null;
}

interface Listener {
  ended(end: Ended): void;
  /** The first thing is drawn. */
  drawn(): void;
  /** Answer a request of the view: `rows`, `links`, `text`, `tables` or `propose`, with what it has sent. */
  answer(what: string, body: Record<string, unknown>): Promise<unknown>;
  refusal(error: unknown): Refusal;
}

/** Code of a module in a frame that reaches nothing; what it wants to show is drawn by us. */
export class ForeignView {
  private readonly typed = new Typed((name, value) => this.send({ type: "act", name, value }));
  private frame: HTMLIFrameElement | null = null;
  private port: MessagePort | null = null;
  private timer = 0;
  private drawing = 0;
  private pending: string | null = null;
  private asked = 0;
  /** When the view was asked whether it is there, and has not answered; 0 where nothing is open. */
  private pinged = 0;
  private watched = 0;
  private began = 0;
  private hasDrawn = false;

  constructor(
    private readonly place: HTMLElement,
    private readonly address: string,
    private readonly listener: Listener,
  ) {}

  /** Begin, again or for the first time; what is typed stays. */
  start(source: string): void {
    this.stop();
    this.typed.forget();
    this.hasDrawn = false;
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "allow-scripts");
    frame.referrerPolicy = "no-referrer";
    frame.allow = "";
    frame.hidden = true;
    frame.src = this.address;
    const { port1, port2 } = new MessageChannel();
    const ready = (event: MessageEvent) => {
      if (event.source !== frame.contentWindow || event.data !== "view-frame:ready") return;
      window.removeEventListener("message", ready);
      // The frame has an opaque origin, which no address names.
      frame.contentWindow!.postMessage(source, "*", [port2]);
      this.began = 0;
    };
    window.addEventListener("message", ready);
    port1.onmessage = ({ data }) => this.received(data);
    this.frame = frame;
    this.port = port1;
    this.began = this.watched = performance.now();
    this.timer = window.setInterval(() => this.watch(), EVERY);
    document.body.append(frame);
  }

  stop(): void {
    this.frame?.remove();
    this.leave();
  }

  private leave(): void {
    window.clearInterval(this.timer);
    window.clearTimeout(this.drawing);
    this.port?.close();
    this.port = this.frame = this.pending = null;
    this.asked = this.pinged = this.drawing = 0;
  }

  /** Say what has changed of what it may read: names of tables, `relation:…`, `field:…`. */
  changed(names: string[]): void {
    this.send({ type: "changed", names });
  }

  /** Say what became of what it has proposed. */
  settled(how: string): void {
    this.send({ type: "settled", how });
  }

  private send(message: unknown): void {
    this.port?.postMessage(JSON.stringify(message));
  }

  private watch(): void {
    const now = performance.now();
    // A page that slept, or was busy itself, has not heard what was said meanwhile.
    const slept = now - this.watched > EVERY * 3;
    this.watched = now;
    if (this.began) {
      if (now - this.began > BEGINS) this.end({ why: "frame", words: "" });
    } else if (!this.pinged || slept) {
      this.pinged = now;
      this.send({ type: "ping" });
    } else if (now - this.pinged > SILENT) this.end({ why: "silent", words: "" });
  }

  private end(end: Ended): void {
    this.stop();
    this.listener.ended(end);
  }

  private received(data: unknown): void {
    if (typeof data !== "string") return;
    this.pinged = 0;
    if (data[0] === "d") this.drawSoon(data);
    else if (data[0] === "a") void this.answer(read(data));
    else if (data[0] === "e") {
      // Its workers end by themselves, and what waits there is dropped: the page would be kept busy by that.
      const { frame } = this;
      window.setTimeout(() => frame?.remove(), CLOSING);
      this.leave();
      const { why, words } = read(data);
      this.listener.ended({ why: String(why), words: String(words).slice(0, 500) });
    }
  }

  /** Only the newest of what it drew is shown. */
  private drawSoon(data: string): void {
    this.pending = data;
    this.drawing ||= window.setTimeout(() => this.draw(), 0);
  }

  private draw(): void {
    const [data, begin] = [this.pending, performance.now()];
    this.pending = null;
    this.drawing = 0;
    if (data === null) return;
    try {
      draw(this.place, JSON.parse(data.slice(1)), { typed: this.typed, act: (name, value) => this.send({ type: "act", name, value }) });
    } catch (error) {
      if (!(error instanceof NotDrawn || error instanceof SyntaxError)) throw error;
      return this.end({ why: "drawing", words: error instanceof NotDrawn ? error.message : "" });
    }
    if (!this.hasDrawn) this.listener.drawn();
    this.hasDrawn = true;
    // What the page has to lay out is time of the drawing.
    void this.place.offsetHeight;
    const rest = (performance.now() - begin) * REST;
    this.drawing = window.setTimeout(() => {
      this.drawing = 0;
      if (this.pending !== null) this.draw();
    }, rest);
  }

  private async answer({ id, what, body }: Record<string, unknown>): Promise<void> {
    const port = this.port;
    const reply = (answer: object) => {
      if (this.port === port) this.send({ type: "answer", id, ...answer });
    };
    if (typeof id !== "number" || typeof what !== "string" || typeof body !== "object" || body === null) return;
    if (this.asked >= MOST_ASKED) return reply({ error: { code: "too_many", message: "Too many requests at once.", capability: null } });
    this.asked += 1;
    try {
      reply({ value: await this.listener.answer(what, body as Record<string, unknown>) });
    } catch (error) {
      reply({ error: this.listener.refusal(error) });
    } finally {
      if (this.port === port) this.asked -= 1;
    }
  }
}

/** What comes after the letter of a message; nothing where that is no object. */
function read(data: string): Record<string, unknown> {
  try {
    const message: unknown = JSON.parse(data.slice(1));
    return typeof message === "object" && message !== null ? (message as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
