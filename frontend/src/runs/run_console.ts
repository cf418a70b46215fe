import { isOfAnotherAccount, pageHeaders } from "../account";
import { Emitter } from "../emitter";
import type { Gateway } from "../gateway";
import { Disconnected, Refused } from "../requests";

declare module "../protocol" {
  interface Commands {
    "run.watch": [{ run_id: string; after: number }, { number: number }];
    "run.unwatch": [{ run_id: string }, Record<string, never>];
  }
}

export interface Line {
  number: number;
  kind: "step" | "text" | "warning";
  text: string;
  at: string;
}

interface LogPage {
  lines: Line[];
  has_more: boolean;
}

/**
 * The console of one run: its lines from the first on, each once, in their order. While more may come it is followed
 * over the socket; what is too far behind for that is read over REST.
 */
export class RunConsole extends Emitter<{ lines: readonly Line[] }> {
  readonly lines: Line[] = [];
  private readonly ahead = new Map<number, Line>();
  private reading: Promise<void> | null = null;
  private isFollowed = false;

  constructor(
    readonly run: string,
    private readonly gateway: Gateway,
  ) {
    super();
    this.gateway.on("snapshot", () => {
      if (this.isFollowed) void this.watch();
    });
  }

  /** The number of the newest line that is here. */
  get last(): number {
    return this.lines.length;
  }

  /** Begin to follow it, unless it has ended: then it is only read. */
  open(mayGrow: boolean): void {
    if (!mayGrow) void this.read();
    else if (!this.isFollowed) {
      this.isFollowed = true;
      if (this.gateway.isLive) void this.watch();
    }
  }

  /** Its run has ended: nothing comes after what can be read now. */
  async close(): Promise<void> {
    await this.read();
    if (!this.isFollowed) return;
    this.isFollowed = false;
    await this.ask(() => this.gateway.request("run.unwatch", { run_id: this.run }));
  }

  take(lines: readonly Line[]): void {
    for (const line of lines) if (line.number > this.last) this.ahead.set(line.number, line);
    const fresh: Line[] = [];
    for (let next = this.ahead.get(this.last + 1); next; next = this.ahead.get(this.last + 1)) {
      this.ahead.delete(next.number);
      this.lines.push(next);
      fresh.push(next);
    }
    if (fresh.length > 0) this.emit("lines", fresh);
    if (this.ahead.size > 0) void this.read();
  }

  /** The answer names the number that frames continue from: another than ours means that too much lies between. */
  private async watch(): Promise<void> {
    const after = this.last;
    const answer = await this.ask(() => this.gateway.request("run.watch", { run_id: this.run, after }));
    if (answer === "refused" || (answer !== "lost" && answer.number !== after)) await this.read();
  }

  private async ask<Answer>(request: () => Promise<Answer>): Promise<Answer | "refused" | "lost"> {
    try {
      return await request();
    } catch (error) {
      if (error instanceof Refused) return "refused";
      if (error instanceof Disconnected) return "lost";
      throw error;
    }
  }

  private read(): Promise<void> {
    this.reading ??= this.readAll().finally(() => (this.reading = null));
    return this.reading;
  }

  private async readAll(): Promise<void> {
    for (let hasMore = true; hasMore; ) {
      const page = await fetchLines(this.run, this.last);
      if (!page) return;
      this.take(page.lines);
      hasMore = page.has_more;
    }
  }
}

async function fetchLines(run: string, after: number): Promise<LogPage | null> {
  const root = document.documentElement.dataset["root"] ?? "/";
  try {
    const answer = await fetch(`${root}api/v1/runs/${run}/log/?after=${after}`, { headers: pageHeaders() });
    return isOfAnotherAccount(answer) || !answer.ok ? null : ((await answer.json()) as LogPage);
  } catch {
    // Offline: the next snapshot asks again.
    return null;
  }
}

const consoles = new Map<string, RunConsole>();
let connection: Gateway | null = null;

/** The page's connection, over which its consoles come. Once, before any of them is asked for. */
export function useGateway(gateway: Gateway): void {
  connection = gateway;
  gateway.on("notification", ({ method, params }) => {
    if (method !== "run.log") return;
    const { run_id, lines } = params as { run_id: string; lines: Line[] };
    consoles.get(run_id)?.take(lines);
  });
  gateway.on("event", ({ name, data }) => {
    if (["run.succeeded", "run.failed", "run.canceled"].includes(name)) void consoles.get(String(data["run_id"]))?.close();
  });
}

/** The one console of a run on this page. */
export function consoleOf(run: string): RunConsole {
  if (!connection) throw new Error("The page has no connection for consoles.");
  const known = consoles.get(run) ?? new RunConsole(run, connection);
  consoles.set(run, known);
  return known;
}
