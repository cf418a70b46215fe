import { differingLines } from "../editor/unsaved";
import { count, say } from "../texts";
import { short } from "../time";
import type { Field } from "./field";
import { project } from "./instance";
import { whyReadOnly } from "./refusals";
import type { KeptText } from "./server";

/** What a kept text is: from when, made from what, how far it is from what is saved; and why its lock ended. */
export function keptWords(field: Field, kept: KeptText, others: number): Record<string, string> {
  const facts = [say("kept.title", { time: short(new Date(kept.updated_at)) })];
  if (kept.version > 0) facts.push(say("kept.made_from", { version: kept.version }));
  facts.push(count("kept.lines", differingLines(field.saved, kept.content)));
  const takeOver = project.kept.knownTakeOver(kept);
  const why = takeOver ? say("lock_ended.why", { name: takeOver.by, field: field.shortPath, reason: takeOver.reason }) : "";
  const detail = [why, others > 0 ? count("kept.others", others) : ""].filter(Boolean).join(" ");
  return { title: `${facts.join(", ")}.`, detail };
}

/** What can be done about a lock that has ended: only what can work now is offered. */
export function choicesIn(field: Field): Record<string, string> {
  const why = whyReadOnly(field);
  const isFree = why === "";
  // Who holds it now is in the title already, and on the sheet.
  const detail = isFree ? say("safe") : [say("safe.own"), field.lock ? "" : why].filter(Boolean).join(" ");
  return { detail, again: isFree ? say("edit_again") : "", watch: isFree || !project.isLive ? "" : say("watch") };
}

/** Who took over the lock with this token, and why; empty where it ended in another way. */
export async function overruled(field: Field, token: number): Promise<string> {
  const takeOver = await project.kept.takeOverOf(token);
  if (!takeOver) return "";
  return say("lock_ended.why", { name: takeOver.by, field: field.shortPath, reason: takeOver.reason });
}

/** The difference that a version made. */
export function compareHref(version: number): string {
  return `${project.urls.compare}?${new URLSearchParams({ base: String(version - 1), target: String(version) })}`;
}
