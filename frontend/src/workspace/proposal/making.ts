import type { Change } from "../../protocol";
import { say } from "../../texts";
import { changeOf } from "./staging";
import type { Field } from "../field";
import { project } from "../instance";
import type { KeptText } from "../server";
import { ask, type WholeProposal } from "./server";

/** A private proposal of this person's, and the workspace over it. Rejects as `ask` does. */
async function make(field: Field | null, changes: Record<string, Change>, base: number): Promise<WholeProposal> {
  const title = field ? say("proposal.title_of", { field: field.title }) : say("proposal.untitled");
  const facts = Object.keys(changes).length > 0 ? { changes, base_version: base } : {};
  return ask<WholeProposal>("POST", project.urls.proposals, { title, ...facts });
}

/** To the workspace over a proposal, at a field. */
function goTo(proposal: string, field: string): void {
  location.assign(`${location.pathname}?${new URLSearchParams({ proposal, ...(field ? { field } : {}) })}`);
}

/** An empty proposal, opened at the field that is shown. */
export async function newProposal(): Promise<void> {
  const shown = [...project.fields.values()].find((field) => field.view);
  goTo((await make(null, {}, 0)).id, shown?.name ?? "");
}

/** Propose what this person has in a field that somebody else holds: their own unsaved text, else nothing yet. */
export async function proposeInstead(field: Field): Promise<void> {
  const changes = field.isDirty ? { [field.name]: changeOf(field) } : {};
  const made = await make(field, changes, field.base);
  // The text is in the proposal now; here the field shows what is current, and nothing of it is offered again.
  if (field.isHeld) await project.locks.giveBack(field, { dropText: true, quietly: true });
  else if (field.isDirty) {
    field.replace(field.saved);
    await project.autosave.safe(field);
    await project.kept.consume(field);
  }
  goTo(made.id, field.name);
}

/** Propose a text that was kept and not saved; it is let go of once the proposal has it. */
export async function proposeKept(field: Field, kept: KeptText): Promise<void> {
  const isSameFile = kept.field_then === kept.field;
  const changes = { [field.name]: changeOf(field, kept.content) };
  const made = await make(field, changes, isSameFile ? kept.version : project.version);
  await project.kept.discard(kept);
  goTo(made.id, field.name);
}
