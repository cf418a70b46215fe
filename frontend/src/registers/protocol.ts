/** The words of registers at the gateway (`stages/registers/gateway.md`), as the grid uses them. */

import type { EventMap } from "../events";
import type { ProjectEvent } from "../protocol";

declare module "../protocol" {
  interface Commands {
    "record.set": [
      { record: string; facet: string; field: string; text: string; base: readonly string[]; client_ref: string },
      { tips: string[]; text: string },
    ];
  }
}

declare module "../events" {
  interface EventMap {
    "register.changed": ShownChanges & { count: number };
    "register.ingested": ShownChanges & { site: string; numbers: [number, number]; operations: number } & CameFrom;
  }
}

/** The site that wrote what came in, and its people who signed it. The event itself is Foundry's. */
interface CameFrom {
  site_name: string;
  people: string[];
}

/** What looks different: by somebody here, or by what came from another site. */
interface ShownChanges {
  tables: string[];
  /** Null where they are too many to name. */
  records: string[] | null;
  opened: number;
  resolved: number;
}

export const RECORDS_CHANGED = ["register.changed", "register.ingested"] as const;
export type RecordsChanged = ProjectEvent<EventMap[(typeof RECORDS_CHANGED)[number]]>;

/** A mistake in a pasted table, counted from 1. */
export interface CellMistake {
  row: number;
  column: string;
  message: string;
}

/** The answer to a paste. */
export interface Pasted {
  /** Records that were made, in the order of the rows. */
  created: string[];
  changed: string[];
}

/** The answer to a deletion: a question instead, where the records have links. */
export interface Removed {
  deleted: number;
  question: Question | null;
}

export interface Question {
  title: string;
  text: string;
  /** What the button says. */
  act: string;
  isDanger?: boolean;
}

export interface Undone {
  message: string;
  records: string[] | null;
  /** The newest change is in another table: it is asked about first. */
  question: Question | null;
}
