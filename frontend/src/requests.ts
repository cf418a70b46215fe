import type { Command, Parameters, Problem, Result } from "./protocol";
import { say } from "./texts";

/** A refusal: the server answered, and the answer is no. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** No answer came. The command may have been done or not. */
export class Disconnected extends Error {}

interface Pending {
  frame: string;
  /** Sent again after a broken connection or a 503: only for commands that are safe to repeat. */
  repeat: boolean;
  tries: number;
  /** The socket that it was sent on. */
  sentOn: WebSocket | null;
  timer: number;
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

export interface Frame {
  id?: number | null;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { code: number; message: string; data?: Problem };
}

export interface RequestOptions {
  /** Sent again after a broken connection or a 503: only for commands that are safe to repeat. */
  repeat?: boolean;
  /** Milliseconds until no answer is expected any more. */
  timeout?: number;
}

const REQUEST_TIMEOUT = 15_000;
/** The server closes on a larger message, and would do so again after each reconnection. */
const MAX_FRAME_BYTES = 8 * 1024 * 1024;
const MAX_TRIES = 6;

/** Commands on their way: each is answered, sent again, or given up. */
export class PendingRequests {
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;

  /** `transmit` answers with the socket that took a frame, if one did. */
  constructor(private readonly transmit: (frame: string) => WebSocket | null) {}

  add<Name extends Command>(
    method: Name,
    params: Parameters<Name>,
    isLive: boolean,
    { repeat = false, timeout = REQUEST_TIMEOUT }: RequestOptions,
  ): Promise<Result<Name>> {
    const id = this.nextId++;
    const frame = JSON.stringify({ jsonrpc: "2.0", id, method, params });
    return new Promise<Result<Name>>((resolve, reject) => {
      if (frame.length * 3 > MAX_FRAME_BYTES && new TextEncoder().encode(frame).length > MAX_FRAME_BYTES) {
        reject(new Refused(tooLarge()));
        return;
      }
      if (!isLive && !repeat) {
        reject(new Disconnected(method));
        return;
      }
      const timer = window.setTimeout(() => this.remove(id)?.reject(new Disconnected(method)), timeout);
      this.pending.set(id, { frame, repeat, tries: 0, sentOn: null, timer, resolve: resolve as (result: unknown) => void, reject });
      if (isLive) this.send(id);
    });
  }

  /** An answer came. */
  settle(frame: Frame): void {
    const id = frame.id ?? -1;
    const problem = frame.error && (frame.error.data ?? protocolProblem(frame.error));
    const waiting = this.pending.get(id);
    if (problem?.status === 503 && waiting?.repeat && waiting.tries < MAX_TRIES) {
      window.setTimeout(() => this.send(id), retryAfter(problem) * 1000 * waiting.tries);
      return;
    }
    const settled = this.remove(id);
    if (problem) settled?.reject(new Refused(problem));
    else settled?.resolve(frame.result);
  }

  /** There is a new socket: send what was not sent on it yet. */
  resend(socket: WebSocket | null): void {
    for (const [id, waiting] of this.pending) if (waiting.sentOn !== socket) this.send(id);
  }

  /** The line is broken: what cannot be repeated gets no answer. */
  disconnected(): void {
    for (const [id, waiting] of this.pending) if (!waiting.repeat) this.remove(id)?.reject(new Disconnected());
  }

  private send(id: number): void {
    const waiting = this.pending.get(id);
    const socket = waiting ? this.transmit(waiting.frame) : null;
    if (!waiting || !socket) return;
    waiting.sentOn = socket;
    waiting.tries += 1;
  }

  private remove(id: number): Pending | undefined {
    const waiting = this.pending.get(id);
    if (waiting) window.clearTimeout(waiting.timer);
    this.pending.delete(id);
    return waiting;
  }
}

function protocolProblem({ code, message }: { code: number; message: string }): Problem {
  return { code: "protocol", status: code, title: message, detail: message };
}

function tooLarge(): Problem {
  return { code: "payload_too_large", status: 413, title: say("too_large"), detail: say("too_large") };
}

function retryAfter(problem: Problem): number {
  return typeof problem["retry_after"] === "number" ? problem["retry_after"] : 1;
}
