import { isOfAnotherAccount, pageHeaders } from "../account";

/** The text that is saved, and by whom. */
export interface Newest {
  source: string;
  sha256: string;
  saved_at: string | null;
  saved_by: string;
  is_on: boolean;
}

export interface Checked {
  is_lua: boolean;
  line: number | null;
  problem: string;
}

/** What the page begins with (`pages/script_frame.py`). */
export interface ScriptData {
  id: string;
  label: string;
  source: string;
  sha256: string;
  saved_at: string | null;
  may_edit: boolean;
  may_run: boolean;
  line: number | null;
  urls: { save: string; check: string; run: string };
}

export type Answer<Body> =
  | { is: "done"; body: Body }
  /** The server says no, and why; of a conflict with what is saved now. */
  | { is: "refused"; status: number; code: string; detail: string; newest: Newest | null }
  /** Nobody answered, or another account is signed in by now. */
  | { is: "away" };

export async function ask<Body>(url: string, fields?: Record<string, string>): Promise<Answer<Body>> {
  const headers = { ...pageHeaders(), Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8" };
  const sent = fields ? { method: "POST", body: new URLSearchParams(fields).toString() } : {};
  try {
    const answer = await fetch(url, { headers, redirect: "error", ...sent });
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json") ?? false;
    if (answer.ok && isJson) return { is: "done", body: (await answer.json()) as Body };
    if (!isJson) {
      isOfAnotherAccount(answer);
      return { is: "away" };
    }
    const { code, detail, ...rest } = (await answer.json()) as { code: string; detail: string } & Partial<Newest>;
    const newest = rest.sha256 ? (rest as Newest) : null;
    return { is: "refused", status: answer.status, code, detail, newest };
  } catch {
    return { is: "away" };
  }
}
