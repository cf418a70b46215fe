import { type ChangeSet, Text } from "@codemirror/state";
import * as Y from "yjs";
import { bytesOf } from "../base64";
import { Emitter } from "../emitter";
import type { Person, Problem } from "../protocol";
import type { Cursor, PadChange, Run, WholePad, Writer } from "./protocol";
import { differenceOf } from "../editor/differences";
import { changesOf } from "./rebasing";
import { runsAfter } from "./runs";
import { hold } from "../tabs";
import { typeInto } from "../editor/typing_into";

/** What Django writes into the page (`stages/pads/pages/pad_views.py`). */
export interface PadData {
  id: string;
  name: string;
  language: string;
  is_closed: boolean;
  me: Person;
}

export type Phase = "connecting" | "live" | "offline" | "ended" | "failed";

interface PadEvents {
  /** There is another document, which the editor has to show: the first one, or one after a renewal. */
  document: null;
  /** A change of somebody's, also one's own, is in the document. */
  applied: PadChange;
  cursors: Cursor[];
  writers: null;
  status: null;
  renewed: null;
  joined: Person;
}

/** What is known of the pad: its document, and the text that the server has. */
export abstract class PadState extends Emitter<PadEvents> {
  phase: Phase = "connecting";
  /** This session's number; null for who only watches. */
  writer: number | null = null;
  role = "";
  epoch = 0;
  /** The newest revision that is applied, and the text that the server had then. */
  revision = 0;
  base = Text.empty;
  /** Whose characters the text of the server has. */
  authors: Run[] = [];
  readonly writers = new Map<number, Person | null>();
  /** Where each of the others was last: an editor that comes later shows them, too. */
  readonly cursors = new Map<number, Cursor>();
  isArchived = false;
  /** Why the server does not take what is typed here. */
  problem: Problem | null = null;
  /** The change that is being applied to the document. */
  applying: PadChange | null = null;
  protected document: Y.Doc | null = null;

  constructor(readonly data: PadData) {
    super();
  }

  get text(): Y.Text | null {
    return this.document?.getText("text") ?? null;
  }

  get ownText(): Text {
    return Text.of((this.text?.toString() ?? "").split("\n"));
  }

  /** What is typed here and not in the text of the server. */
  get unsent(): ChangeSet {
    return differenceOf(this.base, this.ownText);
  }

  get isWritable(): boolean {
    return this.writer !== null && this.phase !== "ended" && this.phase !== "failed" && this.problem === null;
  }

  get isOffline(): boolean {
    return this.phase === "offline";
  }

  /** Type changes of the present text, as if they were typed in the editor. */
  type(changes: ChangeSet): void {
    if (this.text) typeInto(this.text, changes);
  }

  /** Something was typed into the document here. */
  protected abstract typed(update: Uint8Array, writer: number): void;

  protected apply(change: PadChange): void {
    const document = this.document!;
    const made = changesOf(change.edits, this.base.length);
    this.base = made.apply(this.base);
    this.authors = runsAfter(this.authors, made, change.writer, change.credits);
    this.revision = change.revision;
    this.applying = change;
    Y.applyUpdate(document, bytesOf(change.update), change);
    this.applying = null;
    // Yjs draws another id where it sees its own from elsewhere.
    if (this.writer !== null && document.clientID !== this.writer) document.clientID = this.writer;
    this.emit("applied", change);
  }

  protected use(opened: WholePad, document: Y.Doc, base: Text): void {
    const isNew = document !== this.document;
    this.document = document;
    this.base = base;
    this.epoch = opened.epoch;
    this.revision = opened.revision;
    this.authors = opened.authors;
    // After the first state: Yjs would silently draw another one.
    this.useWriter(opened.writer);
    if (isNew) {
      document.on("update", (update: Uint8Array, _origin: unknown, _doc: Y.Doc, transaction: Y.Transaction) => {
        if (transaction.local && document === this.document && this.writer !== null) this.typed(update, this.writer);
      });
    }
  }

  protected useWriter(writer: number | null): void {
    this.writer = writer;
    if (writer === null) return;
    this.document!.clientID = writer;
    this.writers.set(writer, this.data.me);
    hold(nameOfWriter(this.data.id, writer));
  }

  protected learn(writers: readonly Writer[]): void {
    for (const { number, user } of writers) this.writers.set(number, user);
    if (writers.length > 0) this.emit("writers", null);
  }

  protected moved(cursors: Cursor[]): void {
    for (const cursor of cursors) this.cursors.set(cursor.writer, cursor);
    this.emit("cursors", cursors);
  }

  protected become(phase: Phase): void {
    this.phase = phase;
    this.emit("status", null);
  }
}

/** What a page holds while it lives under a number in a pad. */
export function nameOfWriter(pad: string, writer: number): string {
  return `foundry.pad.${pad}.${writer}`;
}
