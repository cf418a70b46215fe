/** Milliseconds. */
const FIRST_RETRY = 1_000;
const MAX_RETRY = 30_000;
/** The server closes a socket that says nothing for 60 s. */
const PING = 25_000;
/** Whoever has no access any more need not try again. */
const FINAL: ReadonlySet<number> = new Set([4401, 4403, 4404]);

/** Follows the fleet: calls `changed` when something happened in one of the reader's teams, and after a broken line. */
export class Follower {
  private socket: WebSocket | null = null;
  private failures = 0;
  private retry = 0;
  private ping = 0;

  constructor(private readonly changed: () => void) {}

  open(): void {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const root = document.documentElement.dataset["root"] ?? "/";
    const socket = new WebSocket(`${scheme}://${location.host}${root.replace(/\/$/, "")}/ws/fleet/`);
    this.socket = socket;
    socket.addEventListener("open", () => this.opened());
    socket.addEventListener("message", () => this.heard());
    socket.addEventListener("close", ({ code }) => this.closed(code));
  }

  close(): void {
    window.clearTimeout(this.retry);
    window.clearInterval(this.ping);
    const socket = this.socket;
    this.socket = null;
    socket?.close(1000);
  }

  private opened(): void {
    this.ping = window.setInterval(() => this.socket?.send('{"jsonrpc":"2.0","method":"ping"}'), PING);
  }

  /** The first frame says that it follows: what happened between the page and that shows when the page is read again. */
  private heard(): void {
    this.failures = 0;
    this.changed();
  }

  private closed(code: number): void {
    window.clearInterval(this.ping);
    if (this.socket === null || FINAL.has(code)) return;
    const delay = Math.min(MAX_RETRY, FIRST_RETRY * 2 ** this.failures) * (0.5 + Math.random() / 2);
    this.failures += 1;
    this.retry = window.setTimeout(() => this.open(), delay);
  }
}
