import { Text } from "@codemirror/state";
import * as Y from "yjs";
import { base64Of, bytesOf } from "../base64";
import { differenceOf } from "../editor/differences";
import { typeInto } from "../editor/typing_into";
import { Emitter } from "../emitter";
import type { Gateway } from "../gateway";
import { KeptHere } from "../kept_here";
import type { Problem } from "../protocol";
import { RECORDS_CHANGED } from "../registers/protocol";
import { Disconnected, Refused } from "../requests";
import { hold } from "../tabs";
import { ignore, type KeptTyping, nameOfWriter } from "./kept_typing";
import { Leftovers } from "./leftovers";
import { Outbox } from "./outbox";
import { isAt, type OpenedText, type TextPlace, type TheirCaret, type TypedText } from "./protocol";

const RETRY = 2_000;
/** Milliseconds in which frames of a change may come before its event makes this page ask. */
const FRAME = 400;
const SERVER = "server";

export type Phase = "connecting" | "live" | "offline" | "failed";

interface TextEvents {
  /** There is another document, which the editor has to show. */
  document: null;
  status: null;
  caret: TheirCaret;
}

/** One shared text of a record, open in this page. */
export class TextSession extends Emitter<TextEvents> {
  phase: Phase = "connecting";
  writer: number | null = null;
  isConflicted = false;
  /** Why the server does not take what is typed here. */
  problem: Problem | null = null;
  /** Whose change is being applied to the document. */
  applying: number | null = null;
  document = new Y.Doc();
  /** The text that the server has. */
  private base = "";
  private isOpening = false;
  private refusals = 0;
  private readonly applied = new Set<string>();
  private readonly outbox: Outbox;
  private readonly leftovers: Leftovers;

  constructor(
    readonly gateway: Gateway,
    readonly place: TextPlace,
    me: string,
  ) {
    super();
    const kept = new KeptHere<KeptTyping>(me, `register_text.${place.record}.${place.facet}.${place.field}`);
    this.leftovers = new Leftovers(this, kept);
    this.outbox = new Outbox(kept, {
      mayGo: () => this.phase === "live" && this.problem === null,
      texts: () => ({ base: this.base, own: this.text.toString() }),
      write: (writer, update) => this.write(writer, update),
      changed: () => this.emit("status", null),
      allSent: () => (this.base = this.text.toString()),
      sent: () => (this.refusals = 0),
      refused: (problem) => this.refused(problem),
    });
    this.use(this.document);
  }

  get text(): Y.Text {
    return this.document.getText("text");
  }

  get isWritable(): boolean {
    return this.writer !== null && this.phase !== "failed" && this.problem === null;
  }

  /** Whether the server has all that was typed here. */
  get isSaved(): boolean {
    return this.outbox.isEmpty;
  }

  /** Follow the text; answers what ends that. */
  start(): () => void {
    const { gateway } = this;
    const stops = [
      gateway.on("connection", ({ phase }) => {
        if (phase === "live") void this.open();
        else if (phase !== "connecting") this.become("offline");
      }),
      gateway.on("missed", () => void this.open()),
      gateway.on("notification", ({ method, params }) => this.notified(method, params as TypedText & TheirCaret)),
      gateway.on("event", (event) => this.happened(event.name, event.data)),
    ];
    const leaves = (event: BeforeUnloadEvent) => {
      if (!this.isSaved) event.preventDefault();
    };
    const hides = () => this.flush();
    window.addEventListener("beforeunload", leaves);
    document.addEventListener("visibilitychange", hides);
    if (gateway.isLive) void this.open();
    return () => {
      this.flush();
      for (const stop of stops) stop();
      window.removeEventListener("beforeunload", leaves);
      document.removeEventListener("visibilitychange", hides);
    };
  }

  /** Write now what waits for a pause. */
  flush(): void {
    this.outbox.flush();
  }

  /** Ask again after it failed. */
  again(): void {
    this.problem = null;
    this.become("connecting");
    void this.open();
  }

  /** Give up what the server does not take. */
  discard(): void {
    this.problem = null;
    this.outbox.clear();
    this.use(new Y.Doc());
    this.base = "";
    this.writer = this.outbox.writer = null;
    this.become("connecting");
    void this.open();
  }

  /** Type what makes the text that had `base` say `own`, over what it says by now. */
  retype(base: string, own: string): void {
    const [before, after, now] = [base, own, this.text.toString()].map((each) => Text.of(each.split("\n"))) as [Text, Text, Text];
    typeInto(this.text, differenceOf(before, after).map(differenceOf(before, now)));
  }

  /** Send an update under a client id of this account. */
  async write(writer: number, update: Uint8Array): Promise<void> {
    await this.gateway.request("record.type", { ...this.place, writer, delta: base64Of(update) });
  }

  showCaret(anchor: string | null, head: string | null): void {
    if (this.phase !== "live" || this.writer === null) return;
    this.gateway.request("record.caret", { ...this.place, writer: this.writer, anchor, head }).catch((error: unknown) => ignore(error));
  }

  private notified(method: string, params: TypedText & TheirCaret): void {
    if (!method.startsWith("record.") || !isAt(this.place, params)) return;
    if (method === "record.caret") this.emit("caret", params);
    else if (method === "record.typed") this.take(params);
  }

  private take({ writer, delta, bundle }: TypedText): void {
    this.applied.add(bundle);
    if (writer === this.writer) return;
    this.apply(bytesOf(delta), writer);
    // Something of it builds on what is not here.
    if (this.document.store.pendingStructs || this.document.store.pendingDs) void this.open();
  }

  private happened(name: string, data: Record<string, unknown>): void {
    if (!RECORDS_CHANGED.some((each) => each === name)) {
      if (name === "member.role_changed" || name.startsWith("project.") || name.startsWith("release.")) void this.open();
      return;
    }
    const records = data["records"] as string[] | null;
    if (records !== null && !records.includes(this.place.record)) return;
    window.setTimeout(() => {
      if (!this.applied.delete(String(data["bundle"]))) void this.open();
    }, FRAME);
  }

  private async open(): Promise<void> {
    if (this.isOpening || !this.gateway.isLive) return;
    this.isOpening = true;
    try {
      const known = this.writer === null ? {} : { writer: this.writer };
      const state_vector = base64Of(Y.encodeStateVector(this.document));
      const opened = await this.gateway.request("record.text", { ...this.place, ...known, state_vector });
      await this.opened(opened);
    } catch (error) {
      this.openFailed(error);
    } finally {
      this.isOpening = false;
    }
  }

  private async opened(opened: OpenedText): Promise<void> {
    const isFirst = this.phase === "connecting";
    // What was typed under an id that does not hold any more is typed anew.
    const isLost = this.writer !== null && opened.writer !== this.writer && !this.isSaved;
    this.apply(bytesOf(opened.state), null);
    this.isConflicted = opened.is_conflicted;
    if (isLost && opened.writer !== null) {
      await this.rebuild(opened.writer);
      return;
    }
    this.useWriter(opened.writer);
    this.become("live");
    if (isFirst) this.emit("document", null);
    this.outbox.flush();
    void this.leftovers.send();
  }

  /** A document as the server has it, and in it what was typed here. */
  private async rebuild(writer: number): Promise<void> {
    const own = this.text.toString();
    const { base } = this;
    const whole = await this.gateway.request("record.text", { ...this.place, writer });
    this.outbox.clear();
    const document = new Y.Doc();
    Y.applyUpdate(document, bytesOf(whole.state), SERVER);
    this.use(document);
    this.base = document.getText("text").toString();
    this.useWriter(whole.writer);
    this.become("live");
    this.emit("document", null);
    if (whole.writer !== null) this.retype(base, own);
  }

  private openFailed(error: unknown): void {
    if (error instanceof Disconnected) return;
    if (!(error instanceof Refused)) throw error;
    const { status } = error.problem;
    if (status === 503 || status === 429) window.setTimeout(() => void this.open(), RETRY);
    else {
      this.problem = error.problem;
      this.become("failed");
    }
  }

  private apply(update: Uint8Array, writer: number | null): void {
    this.applying = writer;
    Y.applyUpdate(this.document, update, SERVER);
    this.applying = null;
    if (this.writer !== null && this.document.clientID !== this.writer) this.document.clientID = this.writer;
    if (this.isSaved) this.base = this.text.toString();
  }

  private use(document: Y.Doc): void {
    this.document = document;
    document.on("update", (update: Uint8Array, origin: unknown) => {
      if (document === this.document && origin !== SERVER) this.outbox.add(update);
    });
  }

  private useWriter(writer: number | null): void {
    this.writer = this.outbox.writer = writer;
    if (writer === null) return;
    this.document.clientID = writer;
    hold(nameOfWriter(writer));
  }

  /** The server does not take it: once it is typed anew into a fresh document; then its writer has to decide. */
  private refused(problem: Problem): void {
    if (this.refusals === 0 && this.writer !== null) {
      this.refusals += 1;
      this.rebuild(this.writer).catch((error: unknown) => this.openFailed(error));
    } else {
      this.problem = problem;
      this.emit("status", null);
    }
  }

  private become(phase: Phase): void {
    this.phase = phase;
    this.emit("status", null);
  }
}
