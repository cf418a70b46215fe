import { toast } from "../base/controllers/toasts";
import { Disconnected, Refused } from "../gateway";
import { say } from "../texts";
import { Unreachable } from "./server";

/** Do something that the server may refuse: its reason is said, or that there is no connection. Resolves to whether it is done. */
export async function attempt(act: Promise<unknown>): Promise<boolean> {
  try {
    await act;
    return true;
  } catch (error) {
    if (!(error instanceof Disconnected || error instanceof Refused || error instanceof Unreachable)) throw error;
    toast({ text: error instanceof Refused ? reasonOf(error) : say("offline.short"), kind: "failed" });
    return false;
  }
}

/** What the server has against a request: the first of its errors by parameter, or its detail. */
export function reasonOf(refused: Refused): string {
  const errors = refused.problem["errors"] as Record<string, string[]> | undefined;
  return Object.values(errors ?? {})[0]?.[0] ?? refused.problem.detail;
}
