import { draw, NotDrawn } from "./drawing";

/** Milliseconds. A view that answers nothing for so long has ended. */
const SILENT = 2_000;
const EVERY = 500;

/** Why a view ended: it was silent, sent too much, failed, or drew what cannot be drawn. `words` are its own. */
export interface Ended {
  why: string;
  words: string;
}

interface Listener {
  ended(end: Ended): void;
  /** Changes that the view proposes; what is answered goes to the view, an error as its message. */
  stage(changes: unknown): Promise<unknown>;
}

/** Code of a module in a frame that reaches nothing; what it wants to show is drawn by us. */
export class ForeignView {
  private frame: HTMLIFrameElement | null = null;
  private port: MessagePort | null = null;
  private timer = 0;
  private heard = 0;

  constructor(
    private readonly place: HTMLElement,
    private readonly address: string,
    private readonly source: string,
    private readonly listener: Listener,
  ) {}

  /** Begin with these rows, by table. */
  start(tables: unknown): void {
    this.stop();
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
      frame.contentWindow!.postMessage(this.source, "*", [port2]);
      this.send({ type: "rows", tables });
    };
    window.addEventListener("message", ready);
    port1.onmessage = ({ data }) => this.received(data);
    this.frame = frame;
    this.port = port1;
    this.heard = performance.now();
    this.timer = window.setInterval(() => this.watch(), EVERY);
    document.body.append(frame);
  }

  stop(): void {
    window.clearInterval(this.timer);
    this.port?.close();
    this.frame?.remove();
    this.port = this.frame = null;
  }

  /** Rows that have changed. */
  update(tables: unknown): void {
    this.send({ type: "rows", tables });
  }

  private send(message: unknown): void {
    this.port?.postMessage(JSON.stringify(message));
  }

  private watch(): void {
    if (performance.now() - this.heard > SILENT + EVERY) this.end({ why: "silent", words: "" });
    else this.send({ type: "ping" });
  }

  private end(end: Ended): void {
    this.stop();
    this.listener.ended(end);
  }

  private received(data: unknown): void {
    this.heard = performance.now();
    const message = read(data);
    if (message?.["type"] === "draw") this.draw(message["tree"]);
    else if (message?.["type"] === "stage") void this.stage(message["id"], message["changes"]);
    else if (message?.["type"] === "ended") this.end({ why: String(message["why"]), words: String(message["words"] ?? "").slice(0, 500) });
  }

  private draw(tree: unknown): void {
    try {
      draw(this.place, tree, (name, value) => this.send({ type: "act", name, value }));
    } catch (error) {
      if (!(error instanceof NotDrawn)) throw error;
      this.end({ why: "drawing", words: error.message });
    }
  }

  private async stage(id: unknown, changes: unknown): Promise<void> {
    try {
      this.send({ type: "answer", id, value: await this.listener.stage(changes) });
    } catch (error) {
      this.send({ type: "answer", id, error: error instanceof Error ? error.message : String(error) });
    }
  }
}

function read(data: unknown): Record<string, unknown> | null {
  try {
    const message: unknown = JSON.parse(String(data));
    return typeof message === "object" && message !== null ? (message as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
