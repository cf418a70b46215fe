import { isOfAnotherAccount, pageHeaders } from "../account";

/** Reads over plain HTTP, by the page's own session. */

export interface KeptText {
  id: string;
  field: string;
  /** The session whose lock it belongs to. */
  session_id: string | null;
  is_open: boolean;
  /** The lock itself; null where it was written without one. */
  token: number | null;
  revision: number;
  /** The version that it was made from; 0 before there was any. */
  version: number;
  /** What that version called the field, which may be a file renamed since. */
  field_then: string;
  /** Whether some version has the same text, and its lock has ended. */
  is_saved: boolean;
  content: string;
  updated_at: string;
  /** The ids of kept texts of which this one is a later state. */
  older?: string[];
}

/** Who took over a lock of ours, and why; `token` is that of our lock. */
export interface TakeOver {
  token: number;
  by: string;
  reason: string;
}

export class Unreachable extends Error {}

async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(url, { credentials: "same-origin", headers: pageHeaders(), ...init });
  } catch {
    throw new Unreachable(url);
  }
  isOfAnotherAccount(answer);
  return answer;
}

/** The text of one field in one version; a version that does not have the field yet answers 404: empty. */
export async function fetchText(url: string, field: string, version: number): Promise<string> {
  if (version === 0) return "";
  const answer = await ask(`${url}?${new URLSearchParams({ field, version: String(version) })}`);
  if (answer.status === 404) return "";
  if (!answer.ok) throw new Unreachable(url);
  return answer.text();
}

/** What a place is called in which people are, and the address of its page. */
export interface Place {
  name: string;
  address: string;
}

/** The places that people are in, by what presence calls them. */
export async function fetchPlaces(url: string): Promise<Record<string, Place>> {
  const answer = await ask(url);
  if (!answer.ok) throw new Unreachable(url);
  return ((await answer.json()) as { places: Record<string, Place> }).places;
}

export async function fetchKept(url: string): Promise<{ kept: KeptText[]; take_overs: TakeOver[] }> {
  const answer = await ask(url);
  if (!answer.ok) throw new Unreachable(url);
  return (await answer.json()) as { kept: KeptText[]; take_overs: TakeOver[] };
}

/** Why a release ended, of which live events say only that it did. */
export async function fetchReason(url: string, release: string): Promise<string> {
  const answer = await ask(url);
  if (!answer.ok) throw new Unreachable(url);
  const { results } = (await answer.json()) as { results: { id: string; reason: string }[] };
  return results.find(({ id }) => id === release)?.reason ?? "";
}

export async function discardKept(url: string, id: string): Promise<void> {
  const answer = await ask(`${url}${id}/discard/`, { method: "POST" });
  if (!answer.ok && answer.status !== 404) throw new Unreachable(url);
}
