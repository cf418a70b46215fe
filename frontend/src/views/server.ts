import { isOfAnotherAccount, pageHeaders } from "../account";
import type { Problem } from "../protocol";
import { Disconnected, Refused } from "../requests";
import { say } from "../texts";
import type { Refusal } from "./foreign_view";

/** Requests of one view that are on their way; the others wait for them. */
const MOST_AT_ONCE = 4;
const ASKED: ReadonlySet<string> = new Set(["rows", "links", "text", "propose"]);

/** What a view asks of the server, with the rights of whoever looks at it; `address` is that of the view over REST. */
export class ViewServer {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly address: string,
    private readonly sha256: string,
  ) {}

  /** The text of the view, if it is the one that the page is about. */
  async source(): Promise<string> {
    const found = await this.fetch<{ sha256: string; source: string }>("source/");
    if (found.sha256 !== this.sha256) throw new Refused(problem("conflict", say("views.other_text")));
    return found.source;
  }

  /** Raises `Refused`, `Disconnected`. What a view sends is no more than the body of these requests. */
  async ask<Answer>(what: string, body: Record<string, unknown>): Promise<Answer> {
    if (what !== "tables" && !ASKED.has(what)) throw new Refused(problem("not_found", what.slice(0, 50)));
    if (this.running >= MOST_AT_ONCE) await new Promise<void>((go) => this.waiting.push(go));
    this.running += 1;
    try {
      if (what === "tables") return (await this.fetch<{ tables: Answer }>("")).tables;
      return await this.fetch<Answer>(`${what}/`, JSON.stringify({ ...body, sha256: this.sha256 }));
    } finally {
      this.running -= 1;
      this.waiting.shift()?.();
    }
  }

  private async fetch<Answer>(path: string, body?: string): Promise<Answer> {
    const headers = { ...pageHeaders(), Accept: "application/json", ...(body !== undefined && { "Content-Type": "application/json" }) };
    let answer: Response;
    try {
      answer = await fetch(`${this.address}${path}`, { method: body === undefined ? "GET" : "POST", headers, credentials: "same-origin", body: body ?? null });
    } catch {
      throw new Disconnected(path);
    }
    if (answer.ok) return (await answer.json()) as Answer;
    if (answer.status === 401) isOfAnotherAccount(answer);
    throw new Refused(await problemOf(answer));
  }
}

/** An error as a view is told of it. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refused) {
    const { code, detail } = error.problem;
    const capability = error.problem["capability"];
    return { code, message: detail, capability: typeof capability === "string" ? capability : null };
  }
  if (error instanceof Disconnected) return { code: "offline", message: say("views.offline"), capability: null };
  throw error;
}

async function problemOf(answer: Response): Promise<Problem> {
  try {
    return (await answer.json()) as Problem;
  } catch {
    return { ...problem("unknown", say("views.refused")), status: answer.status };
  }
}

function problem(code: string, detail: string): Problem {
  return { code, status: 409, title: "", detail };
}
