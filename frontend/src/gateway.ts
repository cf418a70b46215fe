import { account, pageAccount } from "./account";
import { Emitter } from "./emitter";
import { EventTopics } from "./events";
import {
  Close,
  type Command,
  type Ephemeral,
  type Notification,
  type Parameters,
  type Present,
  type ProjectEvent,
  type Result,
  type Snapshot,
} from "./protocol";
import { Disconnected, type Frame, PendingRequests, Refused, type RequestOptions } from "./requests";

export { Disconnected, Refused } from "./requests";

export type End = "signed_out" | "another_account" | "access_lost";
export type Connection =
  | { phase: "connecting" }
  | { phase: "live" }
  | { phase: "waiting"; retryAt: number }
  | { phase: "ended"; why: End };

interface GatewayEvents {
  connection: Connection;
  snapshot: Snapshot;
  /** Something happened of which no event will come: before the line was there, or while it was broken. */
  missed: null;
  event: ProjectEvent;
  ephemeral: Ephemeral;
  present: Present[];
  /** What a capability sends on a topic of its own, such as `run.log`. */
  notification: Notification;
}

const FIRST_RETRY = 500;
const MAX_RETRY = 15_000;
const BUSY_RETRY = 30_000;
const BUSY: ReadonlySet<number> = new Set([Close.tooMuchUnfinished, Close.tooManyMessages, Close.tooManySockets]);
/** The server says `head` every 10 s; three missed ones mean that nobody is there. */
const SILENCE = 35_000;
/** The server closes after 60 s without a word from us. */
const PING_AFTER = 20_000;
/** Refusals that another try a moment later would meet again. */
const ENDS: Record<number, End> = {
  [Close.notSignedIn]: "signed_out",
  [Close.anotherAccount]: "another_account",
  [Close.accessLost]: "access_lost",
  [Close.noSuchProject]: "access_lost",
};

/**
 * One project's live connection: commands out, events in, in order and without a gap.
 *
 * Reconnects by itself, as the same session; after a gap asks for what it missed. `last` is the newest event applied.
 */
export class Gateway extends Emitter<GatewayEvents> {
  /** Recorded events by name; `event` is emitted for each of them. */
  readonly events = new EventTopics();
  private socket: WebSocket | null = null;
  private connection: Connection = { phase: "connecting" };
  private readonly requests = new PendingRequests((frame) => this.transmit(frame));
  private failures = 0;
  private retryTimer = 0;
  private heardAt = 0;
  private spokeAt = 0;
  private ahead = new Map<number, ProjectEvent>();
  private catchingUp = false;

  constructor(
    private readonly address: string,
    readonly memory: string,
    private last: number,
  ) {
    super();
    window.setInterval(() => this.watch(), 5_000);
    window.addEventListener("online", () => this.reconnectNow());
    // The browser knows at once what a silent socket shows after half a minute only.
    window.addEventListener("offline", () => this.drop());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) return;
      this.watch();
      // Signed in again in another tab, perhaps.
      this.connectAgain();
    });
    account.on("identity", ({ as }) => {
      if (as === "same") this.connectAgain();
      else this.leave(as === "another" ? "another_account" : "signed_out");
    });
  }

  get isLive(): boolean {
    return this.connection.phase === "live";
  }

  /** The session that this tab had before a reload, or an empty string. */
  get rememberedSession(): string {
    return this.recallSession()["session_id"] ?? "";
  }

  connect(): void {
    window.clearTimeout(this.retryTimer);
    this.become({ phase: "connecting" });
    const query = new URLSearchParams({ after: String(this.last), account: pageAccount, ...this.recallSession() });
    const socket = new WebSocket(`${this.address}?${query}`);
    this.socket = socket;
    this.heardAt = this.spokeAt = Date.now();
    socket.addEventListener("message", (message) => {
      if (socket === this.socket) this.receive(JSON.parse(message.data as string) as Frame);
    });
    socket.addEventListener("close", (close) => {
      if (socket === this.socket) this.closed(close.code);
    });
  }

  /** After the end of a sign-in, which may have begun anew. */
  private connectAgain(): void {
    if (this.connection.phase === "ended" && this.connection.why !== "access_lost" && account.isSame) this.connect();
  }

  /** Nothing more is sent in this browser's present name. */
  private leave(why: End): void {
    window.clearTimeout(this.retryTimer);
    const { socket } = this;
    this.ended(why);
    socket?.close();
  }

  reconnectNow(): void {
    if (this.connection.phase === "waiting") this.connect();
  }

  /** Ask the server to do something. Rejects with `Refused` or `Disconnected`. */
  request<Name extends Command>(method: Name, params: Parameters<Name>, options: RequestOptions = {}): Promise<Result<Name>> {
    return this.requests.add(method, params, this.isLive, options);
  }

  /** The socket that took the frame, if one did. */
  private transmit(frame: string): WebSocket | null {
    if (this.socket?.readyState !== WebSocket.OPEN) return null;
    this.spokeAt = Date.now();
    this.socket.send(frame);
    return this.socket;
  }

  private receive(frame: Frame): void {
    this.heardAt = Date.now();
    if (frame.method === undefined) this.requests.settle(frame);
    else if (frame.method === "snapshot") this.begin(frame.params as Snapshot);
    else if (frame.method === "event") this.take(frame.params as ProjectEvent);
    else if (frame.method === "ephemeral") this.emit("ephemeral", frame.params as Ephemeral);
    else if (frame.method === "head") this.head(frame.params as { seq: number; present: Present[] });
    else this.emit("notification", { method: frame.method, params: frame.params });
  }

  private begin(snapshot: Snapshot): void {
    const missed = snapshot.seq !== this.last;
    this.failures = 0;
    this.last = snapshot.seq;
    this.ahead.clear();
    this.rememberSession(snapshot);
    // Whoever follows the snapshot may send at once; "live" is announced when the page shows the new state.
    this.connection = { phase: "live" };
    this.emit("snapshot", snapshot);
    if (missed) this.emit("missed", null);
    this.become(this.connection);
    this.requests.resend(this.socket);
  }

  private take(event: ProjectEvent): void {
    if (event.seq <= this.last) return;
    this.ahead.set(event.seq, event);
    this.applyInOrder();
    if (this.ahead.size > 0) void this.catchUp();
  }

  private applyInOrder(): void {
    for (let next = this.ahead.get(this.last + 1); next; next = this.ahead.get(this.last + 1)) {
      this.ahead.delete(next.seq);
      this.last = next.seq;
      this.emit("event", next);
      this.events.publish(next);
    }
  }

  private head({ seq, present }: { seq: number; present: Present[] }): void {
    this.emit("present", present);
    if (seq > this.last) void this.catchUp();
    // A hidden tab's timers are slowed down, but its messages arrive: they keep us from falling silent.
    this.watch();
  }

  private async catchUp(): Promise<void> {
    if (this.catchingUp) return;
    this.catchingUp = true;
    try {
      for (let more = true; more; ) {
        const page = await this.request("events.since", { after: this.last });
        for (const event of page.events) if (event.seq > this.last) this.ahead.set(event.seq, event);
        this.applyInOrder();
        more = page.more && page.events.length > 0;
      }
    } catch (error) {
      if (!(error instanceof Disconnected || error instanceof Refused)) throw error;
    } finally {
      this.catchingUp = false;
    }
  }

  private ended(why: End): void {
    this.hangUp();
    this.become({ phase: "ended", why });
  }

  private hangUp(): void {
    this.socket = null;
    this.requests.disconnected();
  }

  private closed(code: number): void {
    const why = ENDS[code];
    if (why) {
      this.ended(why);
      if (why !== "access_lost") void account.refresh();
    } else {
      this.hangUp();
      this.retryLater(BUSY.has(code) ? BUSY_RETRY : FIRST_RETRY * 2 ** Math.min(this.failures, 8));
    }
  }

  /** Exponential back-off with jitter, so that a restarted server is not met by everybody at once. */
  private retryLater(delay: number): void {
    this.failures += 1;
    const wait = Math.min(delay, Math.max(MAX_RETRY, delay === BUSY_RETRY ? BUSY_RETRY : 0)) * (0.5 + Math.random() / 2);
    this.become({ phase: "waiting", retryAt: Date.now() + wait });
    this.retryTimer = window.setTimeout(() => this.connect(), wait);
  }

  private watch(): void {
    const now = Date.now();
    if (now - this.heardAt > SILENCE) this.drop();
    else if (this.isLive && now - this.spokeAt > PING_AFTER) {
      this.request("ping", {}).catch(() => undefined);
    }
  }

  /** Nobody answers on this socket any more: try another. */
  private drop(): void {
    const { socket } = this;
    if (!socket) return;
    this.closed(0);
    socket.close();
  }

  private become(connection: Connection): void {
    this.connection = connection;
    this.emit("connection", connection);
  }

  private recallSession(): Record<string, string> {
    const kept = sessionStorage.getItem(this.memory);
    return kept ? (JSON.parse(kept) as Record<string, string>) : {};
  }

  private rememberSession({ session_id, resume_secret }: Snapshot): void {
    sessionStorage.setItem(this.memory, JSON.stringify({ session_id, resume_secret }));
  }
}
