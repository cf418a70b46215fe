import { say } from "../texts";
import { project } from "./instance";
import type { Field } from "./field";

const BY_STATUS = {
  in_review: "why.in_review",
  frozen: "why.frozen",
  archived: "why.archived",
  replica: "why.replica",
};

/** Why the field cannot be written now, in words; empty where it can. */
export function whyReadOnly(field: Field): string {
  const { connection, may, proposal, status } = project;
  if (connection.phase === "ended") return say("why.signed_out");
  if (proposal && status !== "archived") return whyNotProposable(field);
  if (!may.write) return say("why.role");
  if (status !== "open") return say(BY_STATUS[status]);
  if (!project.isLive) return say("offline.short");
  const view = project.viewOf(field);
  if (view === "theirs") return say("why.held", { field: field.title, name: field.lock?.holder.display_name ?? "" });
  return view === "elsewhere" ? say("why.elsewhere", { field: field.title }) : "";
}

/** Why the field cannot be written over the proposal that the page is over. */
function whyNotProposable(field: Field): string {
  const { proposal } = project;
  if (!proposal || project.isWritable(field)) return "";
  if (!proposal.may.stage) return say("why.proposal_role");
  return say(proposal.hasEnded ? "why.proposal_ended" : "why.removed", { field: field.title });
}

/** Why a save of what is unsaved makes no version, or leaves a field out; empty where it can be made. */
export function whyNotSaved(shown: Field | undefined): string {
  const unsaved = [...project.fields.values()].filter((field) => field.isDirty);
  const broken = unsaved.find((field) => field.problem);
  if (broken?.problem && broken.state) {
    const { from, key, values } = broken.problem;
    const line = broken.state.doc.lineAt(from).number;
    return say("why.json", { field: broken.title, line, problem: say(key, values) });
  }
  const moved = unsaved.find((field) => field.moved);
  if (moved) return say("why.moved", { field: moved.title });
  const unheld = unsaved.find((field) => !field.isHeld);
  if (unheld) return whyReadOnly(unheld) || say("why.not_yours", { field: unheld.title });
  if (unsaved.length > 0) return "";
  return (shown && whyReadOnly(shown)) || say("why.nothing");
}
