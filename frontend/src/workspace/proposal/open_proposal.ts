import { Emitter } from "../../emitter";
import type { Field } from "../field";
import type { ProposalData, ProposalState, Staged } from "./facts";
import { ProposalServer } from "./server";

/** Another window of this person's has staged another text meanwhile. */
export interface Elsewhere {
  /** What this window knew to be staged. */
  base: string;
  theirs: string;
  revision: number;
}

interface Changes {
  /** What is known of it changed: its title, its targets, their drift, its end. */
  state: null;
  ended: ProposalState | null;
}

export type ProposalView = "proposed" | "removed" | "same";

/** The proposal that this page is over: what the server has of it, and what it may still take. */
export class OpenProposal extends Emitter<Changes> {
  readonly id: string;
  readonly may: ProposalData["may"];
  readonly server: ProposalServer;
  number: number | null;
  title: string;
  description = "";
  round: number;
  isSubmitted: boolean;
  /** Counts what was staged from here: what was asked before is older. */
  stagings = 0;
  readonly staged = new Map<string, Staged>();
  /** The texts that the server has, of the fields that are loaded and staged. */
  readonly known = new Map<Field, string>();
  readonly elsewhere = new Map<Field, Elsewhere>();
  /** The version that a text was made from which is not staged yet. */
  readonly madeFrom = new Map<Field, number>();
  hasEnded = false;

  constructor(data: ProposalData) {
    super();
    this.id = data.id;
    this.may = data.may;
    this.number = data.number;
    this.title = data.title;
    this.round = data.round;
    this.isSubmitted = data.is_submitted;
    this.server = new ProposalServer(data.urls);
    for (const [name, staged] of Object.entries(data.targets)) this.staged.set(name, staged);
  }

  /** Whether its text for the field is another one than the current. */
  isChanged(field: Field): boolean {
    const staged = this.staged.get(field.name);
    return staged?.removed === true || (field.state ? field.isDirty : staged !== undefined && staged.is_changed !== false);
  }

  viewOf(field: Field): ProposalView {
    if (this.staged.get(field.name)?.removed) return "removed";
    return this.isChanged(field) ? "proposed" : "same";
  }

  isWritable(field: Field): boolean {
    return this.may.stage && !this.hasEnded && field.state !== null && !this.staged.get(field.name)?.removed;
  }

  /** The server has `text` for the field now. */
  hasStaged(field: Field, text: string, revision: number, base: number): void {
    this.stagings += 1;
    const before = this.staged.get(field.name) ?? { base_version: base, drift: "none" as const };
    this.staged.set(field.name, { ...before, revision, removed: false, is_changed: text !== field.saved });
    this.known.set(field, text);
    this.madeFrom.delete(field);
    this.emit("state", null);
  }

  /** Nothing is staged for the field any more. */
  hasDropped(field: Field): void {
    this.staged.delete(field.name);
    this.known.delete(field);
    this.elsewhere.delete(field);
    this.madeFrom.delete(field);
    this.emit("state", null);
  }

  /** What is known of one field's proposed text goes on for another one that has the text now. */
  move(from: Field, to: Field): void {
    moveEntry(this.known, from, to);
    moveEntry(this.elsewhere, from, to);
    moveEntry(this.madeFrom, from, to);
  }

  /** `asked`: the count of stagings as the server was asked; what is staged since may be in no round yet. */
  learn(state: ProposalState, asked = this.stagings): void {
    this.number = state.number;
    this.title = state.title;
    this.description = state.description;
    this.round = state.round;
    if (asked === this.stagings) this.isSubmitted = state.is_submitted;
    const names = new Set(state.targets.map(({ target }) => target));
    for (const name of this.staged.keys()) if (!names.has(name)) this.staged.delete(name);
    for (const { target, label: _label, ...facts } of state.targets) {
      // A text that this window has not read is not replaced by it: only reading it gives its revision.
      const revision = this.staged.get(target)?.revision ?? 0;
      this.staged.set(target, { ...facts, revision });
    }
    if (state.state !== "private" && state.state !== "open") this.end(state);
    this.emit("state", null);
  }

  /** It was decided, or discarded in another window (then nothing is known of it). */
  end(state: ProposalState | null): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.emit("ended", state);
  }
}

export function moveEntry<Value>(map: Map<Field, Value>, from: Field, to: Field): void {
  const value = map.get(from);
  map.delete(from);
  if (value === undefined) map.delete(to);
  else map.set(to, value);
}
