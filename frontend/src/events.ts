import { Emitter } from "./emitter";
import type { Person, ProjectEvent, ProjectStatus } from "./protocol";

/**
 * What the recorded events of a project carry, by their names. A stage adds its own where it lies:
 *
 *     declare module "../events" {
 *       interface EventMap {
 *         "run.finished": { run: string };
 *       }
 *     }
 *
 * and hears of them by `gateway.events.on("run.finished", ({ data }) => …)`.
 */
export interface EventMap {
  "draft.saved": { version: number; kind: string; changed_fields: string[]; renamed?: Record<string, string>; removed?: string[] };
  "lock.acquired": HeldField;
  "lock.handed_over": HeldField;
  "lock.taken_over": HeldField;
  "lock.released": { field: string; session_id: string; holder: Person; why: string };
  "member.role_changed": { user: Person; role: string };
  "project.updated": { name?: string };
  "project.frozen": { status: ProjectStatus };
  "project.archived": { status: ProjectStatus };
  "project.reopened": object;
  "release.submitted": { project_status: ProjectStatus };
  "release.signed": { project_status: ProjectStatus };
  "release.rejected": { release_id: string; name: string; project_status: ProjectStatus };
  "release.withdrawn": { release_id: string; name: string; project_status: ProjectStatus };
  "release.released": { project_status: ProjectStatus };
}

interface HeldField {
  field: string;
  session_id: string;
  holder: Person;
}

export type EventName = keyof EventMap;

/** The one emitter of recorded events: each reaches who listens to its name, in the order of the chain. */
export class EventTopics extends Emitter<{ [Name in EventName]: ProjectEvent<EventMap[Name]> }> {
  /** Listen to several names; answers with what undoes it. */
  onAny<Name extends EventName>(names: readonly Name[], listener: (event: ProjectEvent<EventMap[Name]>) => void): () => void {
    const stops = names.map((name) => this.on(name, listener));
    return () => stops.forEach((stop) => stop());
  }

  publish(event: ProjectEvent): void {
    this.emit(event.name as EventName, event as ProjectEvent<never>);
  }
}
