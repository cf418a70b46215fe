import type { Person } from "../protocol";

/** The words of pads at the gateway (`stages/pads/gateway.md`). Positions are UTF-16 units of the text before a change. */

export interface Edit {
  pos: number;
  delete: number;
  insert: string;
}

/** A run of characters of one writer: its number, and how many they are. */
export type Run = [writer: number, length: number];

/** A session's number in the pad. Number 0 has no user: the text that the pad began with. */
export interface Writer {
  number: number;
  user: Person | null;
}

export interface PadChange {
  revision: number;
  /** In what is read on from a revision; a frame has it once for all of its changes. */
  epoch?: number;
  writer: number;
  at: string;
  edits: Edit[];
  /** The same change for Yjs documents, in base64. */
  update: string;
  /** Whose words an insertion brings back; null for its writer's own. */
  credits: Run[] | null;
}

interface OpenedPad {
  /** Null for who only watches. */
  writer: number | null;
  role: string;
  is_closed: boolean;
  epoch: number;
  revision: number;
  writers: Writer[];
  crc: number;
}

/** The whole document. */
export interface WholePad extends OpenedPad {
  updates: string[];
  authors: Run[];
}

/** What is newer than the revision that the client had. */
export interface MissedPad extends OpenedPad {
  changes: PadChange[];
}

export interface Cursor {
  writer: number;
  revision: number;
  anchor: number;
  head: number;
}

export interface Changed {
  pad_id: string;
  epoch: number;
  writers: Writer[];
  changes: PadChange[];
}

declare module "../protocol" {
  interface Commands {
    "pad.open": [{ pad_id: string; dialect: "yjs"; epoch?: number; after?: number }, WholePad | MissedPad];
    "pad.update": [{ pad_id: string; epoch: number; update: string; writer?: number }, { revision: number }];
    "pad.cursor": [{ pad_id: string; revision: number; anchor: number; head: number }, Record<string, never>];
    "pad.since": [{ pad_id: string; after: number }, { writers: Writer[]; changes: PadChange[]; more: boolean }];
    "pad.differs": [{ pad_id: string; revision: number; crc: number }, Record<string, never>];
    "pad.leave": [{ pad_id: string }, Record<string, never>];
  }
}

declare module "../events" {
  interface EventMap {
    "pad.updated": PadFacts;
    "pad.closed": PadFacts;
    "pad.reopened": PadFacts;
  }
}

interface PadFacts {
  pad_id: string;
  name: string;
}
