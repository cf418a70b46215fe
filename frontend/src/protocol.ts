/** The gateway's words as this client uses them; `docs/gateway.md` is the reference. Times are RFC 3339 in UTC. */

export interface Person {
  id: string;
  display_name: string;
  kind: string;
}

export interface Lock {
  field: string;
  holder: Person;
  session_id: string;
  since: string;
}

export interface Present {
  user: Person;
  fields: string[];
}

export type ProjectStatus = "open" | "in_review" | "frozen" | "archived" | "replica";

export interface Snapshot {
  seq: number;
  session_id: string;
  resume_secret: string;
  /** Seconds that a lock lives without being renewed. */
  lock_ttl: number;
  role: string;
  project: { id: string; name: string; status: ProjectStatus };
  current_version: number | null;
  locks: Lock[];
  present: Present[];
  reset: boolean;
}

/** A recorded event; what `data` holds is said by name in `events.ts`. */
export interface ProjectEvent<Data = Record<string, unknown>> {
  seq: number;
  name: string;
  at: string;
  actor: Person;
  data: Data;
}

export interface Ephemeral {
  name: string;
  actor: Person;
  data: Record<string, unknown>;
}

/** A frame of a topic; its method says what the parameters are. */
export interface Notification {
  method: string;
  params: unknown;
}

/** Problem details (RFC 9457) as every refusal carries them. */
export interface Problem {
  code: string;
  status: number;
  title: string;
  detail: string;
  [extra: string]: unknown;
}

export interface Acquired {
  field: string;
  token: number;
  session_id: string;
  expires_at: string;
  version: number;
  sha256: string | null;
}

export interface SavedDraft {
  version_number: number;
  created_at: string;
  content_hash: string;
}

export type Change = string | { language?: string | null; content: string } | null;

export interface Save {
  base_version: number;
  changes: Record<string, Change>;
  tokens: Record<string, number>;
  revisions: Record<string, number>;
  message: string;
  release_locks: boolean;
  client_ref: string;
}

/** Files to add, replace, remove (null) and rename (new field → old field) in one version. */
export interface FileChanges {
  base_version: number;
  changes?: Record<string, Change>;
  renames?: Record<string, string>;
  message?: string;
  client_ref: string;
}

type Nothing = Record<string, never>;

/** Every command: what it takes, what it answers. A stage adds its own where it lies, as to `EventMap`. */
export interface Commands {
  "lock.acquire": [{ field: string }, Acquired];
  "lock.renew": [{ fields: string[] }, { expires_at: Record<string, string>; lost: string[] }];
  "lock.release": [{ field: string }, Nothing];
  "lock.request": [{ field: string; message?: string }, Nothing];
  "lock.withdraw_request": [{ field: string }, Nothing];
  "lock.keep": [{ field: string; to: string }, Nothing];
  "lock.hand_over": [{ field: string; to: string }, Nothing];
  "lock.take_over": [{ field: string; reason: string }, Acquired];
  "draft.save": [Save, SavedDraft];
  "files.change": [FileChanges, SavedDraft];
  "working_copy.put": [{ field: string; token: number; revision: number; content: string }, { revision: number }];
  "proposal.stage": [
    { proposal_id: string; target: string; base_version: number; revision: number; value: Change },
    { revision: number },
  ];
  "text.change": [{ field: string; token: number; revision: number; changes: unknown[] }, Nothing];
  "text.get": [{ field: string }, { revision: number; content: string }];
  "cursor.move": [{ field: string; anchor: number; head: number }, Nothing];
  ping: [Nothing, Nothing];
  "events.since": [{ after: number }, { events: ProjectEvent[]; more: boolean }];
}

export type Command = keyof Commands;
export type Parameters<Name extends Command> = Commands[Name][0];
export type Result<Name extends Command> = Commands[Name][1];

/** Why the server closed the socket. */
export const Close = {
  normal: 1000,
  notSignedIn: 4401,
  accessLost: 4403,
  noSuchProject: 4404,
  silent: 4408,
  anotherAccount: 4409,
  tooMuchUnfinished: 4413,
  tooManyMessages: 4429,
  tooManySockets: 4430,
} as const;
