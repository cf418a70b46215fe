import { isOfAnotherAccount, pageHeaders } from "../../account";
import { fetchOutliving } from "../../outliving";
import type { Change, Problem } from "../../protocol";
import { Refused } from "../../requests";
import { Unreachable } from "../server";
import type { ProposalData, ProposalState, StagedText } from "./facts";

/** What REST answers about a proposal, as far as this page needs it. */
export interface WholeProposal {
  id: string;
  number: number | null;
  staged: { target: string; value: string | null; language: string | null; revision: number; base_version: number }[];
}

/** The server's side of one proposal. Everything rejects with `Refused`, or with `Unreachable` where no answer came. */
export class ProposalServer {
  constructor(private readonly urls: ProposalData["urls"]) {}

  state(): Promise<ProposalState> {
    return ask("GET", this.urls.state);
  }

  /** The staged text of a field; null where nothing is staged for it. */
  async text(field: string): Promise<StagedText | null> {
    try {
      return await ask<StagedText>("GET", `${this.urls.text}?${new URLSearchParams({ field })}`);
    } catch (error) {
      if (error instanceof Refused && error.problem.status === 404) return null;
      throw error;
    }
  }

  /** Keep a new value; answers its revision. `isLeaving`: the page goes away, and may not see the answer. */
  async stage(field: string, value: Change, base: number, revision: number, isLeaving = false): Promise<number> {
    const body = { base_version: base, changes: { [field]: value }, ...(revision ? { revisions: { [field]: revision } } : {}) };
    const { revisions } = await ask<{ revisions: Record<string, number> }>("PUT", `${this.urls.api}changes/`, body, isLeaving);
    return revisions[field] ?? 0;
  }

  unstage(field: string): Promise<WholeProposal> {
    return ask("DELETE", `${this.urls.api}changes/`, { target: field });
  }

  resolve(field: string, how: "mine" | "current" | "merge"): Promise<WholeProposal> {
    return ask("POST", `${this.urls.api}resolve/`, { target: field, how });
  }

  edit(facts: { title?: string; description?: string }): Promise<WholeProposal> {
    return ask("PATCH", this.urls.api, facts);
  }

  submit(): Promise<WholeProposal> {
    return ask("POST", `${this.urls.api}submit/`, {});
  }

  accept(round: number, message: string): Promise<{ version_number?: number }> {
    return ask("POST", `${this.urls.api}accept/`, { round, message });
  }

  discard(): Promise<null> {
    return ask("DELETE", this.urls.api);
  }
}

/** Ask the server for something, or to do it. */
export async function ask<Answer>(method: string, url: string, body?: object, isLeaving = false): Promise<Answer> {
  const headers = { ...pageHeaders(), Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}) };
  const init = { method, headers, body: body ? JSON.stringify(body) : null, credentials: "same-origin" as const };
  let answer: Response;
  try {
    answer = await (isLeaving ? fetchOutliving(url, init) : fetch(url, init));
  } catch {
    throw new Unreachable(url);
  }
  if (answer.status === 204) return null as Answer;
  if (answer.ok) return (await answer.json()) as Answer;
  isOfAnotherAccount(answer);
  if (answer.status >= 500 && answer.status !== 503) throw new Unreachable(url);
  throw new Refused(await problemOf(answer));
}

async function problemOf(answer: Response): Promise<Problem> {
  const { status, statusText } = answer;
  const plain = { code: status === 404 ? "not_found" : "refused", status, title: statusText, detail: statusText };
  if (!answer.headers.get("content-type")?.includes("json")) return plain;
  return { ...plain, ...((await answer.json()) as Partial<Problem>) } as Problem;
}
