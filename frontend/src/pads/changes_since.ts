import type { Gateway } from "../gateway";
import type { PadChange } from "./protocol";

/** The changes of a pad after one revision, up to another one or the newest. */
export async function changesSince(gateway: Gateway, pad: string, after: number, until = Infinity): Promise<PadChange[]> {
  const found: PadChange[] = [];
  for (let more = true; more && (found.at(-1)?.revision ?? after) < until; ) {
    const page = await gateway.request("pad.since", { pad_id: pad, after: found.at(-1)?.revision ?? after });
    found.push(...page.changes);
    more = page.more && page.changes.length > 0;
  }
  return found.filter(({ revision }) => revision <= until);
}
