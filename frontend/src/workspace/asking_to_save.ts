import { toast } from "../base/controllers/toasts";
import { project } from "./instance";
import { whyNotSaved } from "./refusals";

/** Save everything that can be; say why where there is nothing, or where something is left. */
export async function saveAll(): Promise<void> {
  const { saving } = project;
  if (saving.isRunning || saving.isWaiting) return;
  const isSaved = await saving.save();
  if (isSaved && saving.dirty().every((field) => !field.problem)) return;
  sayWhyNotSaved();
}

export function sayWhyNotSaved(): void {
  const shown = [...project.fields.values()].find((field) => field.view);
  const text = whyNotSaved(shown);
  if (text) toast({ text, kind: project.saving.dirty().length > 0 ? "failed" : "info" });
}
