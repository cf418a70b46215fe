import { lineDelta } from "../../editor/unsaved";
import { say } from "../../texts";
import type { Field } from "../field";
import { project } from "../instance";

/** The fields that the proposal changes, as they are in this window. */
export function changedFields(): Field[] {
  const { proposal } = project;
  return proposal ? [...project.fields.values()].filter((field) => proposal.isChanged(field)) : [];
}

/** What prevents submitting, and in which field, as far as this window has read it; null for nothing. */
export function firstObstacle(): { field: Field; words: string } | null {
  for (const field of changedFields()) {
    if (project.proposal?.elsewhere.has(field)) return { field, words: say("elsewhere", { field: field.title }) };
    if (field.state) project.linter.now(field);
    if (field.problem) return { field, words: say("proposal.broken", { field: field.title }) };
  }
  return null;
}

/** Lines added and removed; nothing for a field whose text is not here. */
export function deltaOf(field: Field): { plus: string; minus: string } {
  const { added, removed } = field.state ? lineDelta(field.state) : { added: 0, removed: 0 };
  return { plus: added > 0 ? `+${added}` : "", minus: removed > 0 ? `−${removed}` : "" };
}

export function goToField(name: string): void {
  window.dispatchEvent(new CustomEvent("fields:show", { detail: name }));
}
