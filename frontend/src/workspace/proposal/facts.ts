/** A proposal of this person's own as this page works on it. */

export type Drift = "none" | "clean" | "choices";

/** What is staged for one field, as the server has it. */
export interface Staged {
  /** Counts its changes: a text is only replaced by who knows the newest one. */
  revision: number;
  /** The version that it was made from. */
  base_version: number;
  /** Whether it takes the file away. */
  removed: boolean;
  drift?: Drift;
  /** Whether it differs from the current text. */
  is_changed?: boolean;
  /** The newest version that changed the field since; null where it has not drifted. */
  changed_in?: number | null;
  /** The name that its file has now, if it was renamed since. */
  renamed?: string | null;
}

/** What Django writes into the page (`workspace/editor/proposing.py`). */
export interface ProposalData {
  id: string;
  /** Null while it is private. */
  number: number | null;
  title: string;
  /** As in `ProposalState`. */
  round: number;
  is_submitted: boolean;
  targets: Record<string, Staged>;
  may: { stage: boolean; accept: boolean };
  urls: { api: string; state: string; text: string };
}

/** The state of the proposal now; asked for again when something may have changed. */
export interface ProposalState {
  state: "private" | "open" | "accepted" | "rejected" | "withdrawn" | "expired";
  number: number | null;
  title: string;
  description: string;
  /** The newest round; 0 while it is private. */
  round: number;
  /** Whether the newest round has everything that is staged. */
  is_submitted: boolean;
  /** The version that its acceptance made. */
  version: number | null;
  ended_by: { display_name: string } | null;
  current_version: number;
  targets: (Required<Staged> & { target: string; label: string })[];
}

/** The staged text of one field. */
export interface StagedText {
  value: string | null;
  revision: number;
  base_version: number;
}
