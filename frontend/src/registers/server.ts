import { isOfAnotherAccount, pageHeaders } from "../account";
import type { Gateway } from "../gateway";
import type { Problem } from "../protocol";
import { Disconnected, Refused } from "../requests";
import { say } from "../texts";
import type { PastedRow } from "./clipboard";
import type { Answer, Edit } from "./edits";
import type { Column, GridData } from "./grid_data";
import type { CellMistake, Pasted, Removed, Undone } from "./protocol";

/** The base has moved: what the cell holds now. */
interface StaleProblem extends Problem {
  theirs_text?: string;
  tips?: string[];
}

/** A table, and where many cells of it are written. */
export interface Place {
  facet: string;
  addresses: Pick<GridData["addresses"], "paste" | "create" | "delete" | "undo" | "redo">;
}

/** What a page of a table asks of the server. */
export class Server {
  constructor(
    private readonly gateway: Gateway,
    private readonly data: Place,
  ) {}

  /** One cell. */
  async set({ record, field, text, base, ref }: Edit): Promise<Answer> {
    try {
      const { facet } = this.data;
      const { tips } = await this.gateway.request("record.set", { record, facet, field, text, base, client_ref: ref }, { repeat: true });
      return { kind: "done", tips };
    } catch (error) {
      if (error instanceof Disconnected) return { kind: "offline" };
      if (!(error instanceof Refused)) throw error;
      return answerOf(error.problem, field);
    }
  }

  /** Many cells in one write; raises `Refused`. */
  paste(rows: PastedRow[], ref: string = crypto.randomUUID()): Promise<Pasted> {
    return this.post<Pasted>(this.data.addresses.paste, { rows, client_ref: ref });
  }

  create(): Promise<{ record: string }> {
    return this.post(this.data.addresses.create, {});
  }

  /** Delete records; what has links is asked about first. */
  remove(records: string[], confirmed: boolean): Promise<Removed> {
    return this.post(this.data.addresses.delete, { records, confirmed });
  }

  undo(anywhere = false): Promise<Undone> {
    return this.post(this.data.addresses.undo, { table: this.data.facet, anywhere });
  }

  redo(anywhere = false): Promise<Undone> {
    return this.post(this.data.addresses.redo, { table: this.data.facet, anywhere });
  }

  private async post<Result>(address: string, body: unknown): Promise<Result> {
    let answer: Response;
    try {
      const headers = { ...pageHeaders(), "Content-Type": "application/json", Accept: "application/json" };
      answer = await fetch(address, { method: "POST", headers, credentials: "same-origin", body: JSON.stringify(body) });
    } catch {
      throw new Disconnected(address);
    }
    if (answer.ok) return (await answer.json()) as Result;
    if (answer.status === 401) isOfAnotherAccount(answer);
    throw new Refused(await problemOf(answer));
  }
}

async function problemOf(answer: Response): Promise<Problem> {
  try {
    return (await answer.json()) as Problem;
  } catch {
    return { code: "unknown", status: answer.status, title: "", detail: say("registers.refused") };
  }
}

function answerOf(problem: StaleProblem, field: string): Answer {
  if (problem.code === "stale_base") {
    return { kind: "stale", why: problem.detail, text: problem.theirs_text ?? "", tips: problem.tips ?? [] };
  }
  if (problem.status === 503 || problem.status === 429) return { kind: "offline" };
  return { kind: "refused", why: reason(problem, field) };
}

/** The words about one field, or about the whole. */
function reason({ detail, errors }: Problem, field: string): string {
  const of = errors as Record<string, string[]> | undefined;
  return of?.[field]?.[0] ?? (of && Object.values(of)[0]?.[0]) ?? detail;
}

/** What is wrong with a paste, by row and column: `rows.617.due`. */
export function mistakesOf(problem: Problem, columns: readonly Column[]): CellMistake[] {
  const found: CellMistake[] = [];
  for (const [path, messages] of Object.entries((problem["errors"] ?? {}) as Record<string, string[]>)) {
    const [, row, field = ""] = /^rows\.(\d+)\.?(.*)$/.exec(path) ?? [];
    if (row === undefined) continue;
    const column = columns.find((each) => each.field === field)?.title ?? field;
    found.push(...messages.map((message) => ({ row: Number(row), column, message })));
  }
  return found;
}
