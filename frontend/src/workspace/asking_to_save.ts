import { say } from "../texts";
import { toast } from "../base/controllers/toasts";
import { project } from "./instance";
import type { Proposing } from "./proposal/proposing";
import { whyNotSaved } from "./refusals";

/** Save everything that can be; say why where there is nothing, or where something is left. */
export async function saveAll(): Promise<void> {
  const { proposing, saving } = project;
  if (proposing) return keepAll(proposing);
  if (saving.isRunning || saving.isWaiting) return;
  const isSaved = await saving.save();
  if (isSaved && saving.dirty().every((field) => !field.problem)) return;
  sayWhyNotSaved();
}

/** Over a proposal everything is kept as it is typed; a save says so. */
async function keepAll({ staging }: Proposing): Promise<void> {
  await staging.allNow();
  const isKept = [...project.fields.values()].every((field) => !staging.isBehind(field));
  toast({ text: say(isKept ? "proposal.kept" : "proposal.kept_here"), kind: isKept ? "info" : "failed" });
}

export function sayWhyNotSaved(): void {
  const shown = [...project.fields.values()].find((field) => field.view);
  const text = whyNotSaved(shown);
  if (text) toast({ text, kind: project.saving.dirty().length > 0 ? "failed" : "info", about: "save" });
}
