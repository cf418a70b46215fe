import type { Person } from "../protocol";

/** The words of shared texts of records at the gateway (`stages/registers/gateway.md`). */

/** A text of a record in which several write at once. */
export interface TextPlace {
  record: string;
  facet: string;
  field: string;
}

export interface OpenedText {
  /** The client id to type under; null for who may only read. */
  writer: number | null;
  /** A Yjs update in base64 with what the document here lacks. */
  state: string;
  /** Texts of merged records say different things: somebody has to decide first. */
  is_conflicted: boolean;
}

export interface TypedText extends TextPlace {
  writer: number;
  user: Person;
  delta: string;
  bundle: string;
}

export interface TheirCaret extends TextPlace {
  writer: number;
  user: Person;
  /** Relative positions of Yjs, in base64; null where the person has left the text. */
  anchor: string | null;
  head: string | null;
}

declare module "../protocol" {
  interface Commands {
    "record.text": [TextPlace & { writer?: number; state_vector?: string }, OpenedText];
    "record.type": [TextPlace & { writer: number; delta: string }, { bundle: string | null }];
    "record.caret": [TextPlace & { writer: number; anchor: string | null; head: string | null }, Record<string, never>];
  }
}

export function isAt(place: TextPlace, { record, facet, field }: TextPlace): boolean {
  return place.record === record && place.facet === facet && place.field === field;
}
