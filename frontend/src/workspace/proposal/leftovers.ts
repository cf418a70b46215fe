import { Refused } from "../../requests";
import { LocalBackup } from "../local_backup";
import { Unreachable } from "../server";
import type { ProjectState } from "../state";
import type { ProposalState } from "./facts";
import { ask } from "./server";

/**
 * Texts that this browser kept for proposals which have ended since: they become texts that are offered over the current
 * version. Those of a proposal that goes on wait there.
 */
export async function takeOverLeftovers(project: ProjectState): Promise<void> {
  const rest = new LocalBackup(project.me.id, project.id);
  for (const proposal of await rest.placesUnder()) {
    if (!(await hasEnded(project, proposal))) continue;
    const place = new LocalBackup(project.me.id, `${project.id}:${proposal}`);
    for (const backup of await place.all()) {
      if (await rest.keep({ ...backup, token: null, revision: 0 })) await place.remove(backup.field, backup.key);
    }
  }
}

/** Whether this person can write it no more; unknown is no. */
async function hasEnded(project: ProjectState, proposal: string): Promise<boolean> {
  try {
    const { state } = await ask<ProposalState>("GET", `${project.urls.staged}${proposal}/`);
    return state !== "private" && state !== "open";
  } catch (error) {
    if (error instanceof Refused) return error.problem.status === 404;
    if (error instanceof Unreachable) return false;
    throw error;
  }
}
