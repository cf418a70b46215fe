import { Text } from "@codemirror/state";
import * as Y from "yjs";
import { base64Of, bytesOf } from "../base64";
import type { Gateway } from "../gateway";
import type { Person, Problem } from "../protocol";
import { Disconnected, Refused } from "../requests";
import { changesSince } from "./changes_since";
import { crcOf } from "./crc";
import { KeptWriting } from "./kept";
import { Leftovers } from "./leftovers";
import { Outbox } from "./outbox";
import { type PadData, PadState } from "./pad_state";
import type { Changed, Cursor, MissedPad, PadChange, WholePad } from "./protocol";
import { rebased, typedSince } from "./rebasing";
import { TextKeeper } from "./text_keeper";

const CATCH_UP = 1_500;
const RETRY = 3_000;
/** What waits here when one comes back and may only read; the page says why. */
const READS: Problem = { status: 409, code: "reads_only", title: "", detail: "" };

/** One pad, open in this page: its document, what of it the server has, and what is on its way. */
export class PadSession extends PadState {
  readonly outbox: Outbox;
  private readonly kept: KeptWriting;
  private readonly leftovers: Leftovers;
  private readonly texts: TextKeeper;
  private isOpen = false;
  private isOpening = false;
  private opensAgain = false;
  private frames: Changed[] = [];
  private rebuilds: "no" | "with own" | "without own" = "no";
  /** The text that was found to differ from the server's while nothing of it waited. */
  private faulty: Text | null = null;
  private refusals = 0;
  private refusal: Problem | null = null;
  private timer = 0;

  constructor(
    readonly gateway: Gateway,
    data: PadData,
  ) {
    super(data);
    this.kept = new KeptWriting(data.me.id, data.id);
    this.leftovers = new Leftovers(this, this.kept);
    this.texts = new TextKeeper(this, this.kept);
    this.outbox = new Outbox(this.kept, {
      mayGo: () => this.isOpen && this.writer !== null && this.problem === null,
      send: (epoch, writer, update) => this.send(epoch, writer, update),
      changed: () => this.pendingChanged(),
      refused: (problem) => this.onRefused(problem),
      tooManyItems: () => this.rebuild("with own"),
    });
    this.listen();
  }

  /** Ask again after it failed. */
  again(): void {
    this.become("connecting");
    void this.open();
  }

  /** Give up what the server does not take. */
  discard(): void {
    this.problem = null;
    this.rebuild("without own");
  }

  /** Send where one's caret is. */
  moveCursor(anchor: number, head: number): void {
    if (!this.isOpen || this.writer === null) return;
    this.gateway
      .request("pad.cursor", { pad_id: this.data.id, revision: this.revision, anchor, head })
      .catch((error: unknown) => ignore(error));
  }

  /** Send an update under an earlier number of this account. */
  async send(epoch: number, writer: number, update: Uint8Array): Promise<void> {
    const earlier = writer === this.writer ? {} : { writer };
    await this.gateway.request("pad.update", { pad_id: this.data.id, epoch, update: base64Of(update), ...earlier });
    this.refusals = 0;
  }

  private listen(): void {
    const { gateway } = this;
    gateway.on("connection", ({ phase }) => this.connectionChanged(phase));
    gateway.on("notification", ({ method, params }) => this.notified(method, params));
    gateway.events.onAny(["pad.closed", "pad.reopened"], ({ data }) => {
      if (data.pad_id === this.data.id) void this.open();
    });
    gateway.events.on("member.role_changed", ({ data }) => {
      if (data.user.id === this.data.me.id) void this.open();
    });
    gateway.on("snapshot", ({ project }) => (this.isArchived = project.status === "archived"));
    gateway.events.onAny(["project.archived", "project.reopened"], ({ name }) => {
      this.isArchived = name === "project.archived";
      void this.open();
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.outbox.count > 0 && this.phase !== "live") event.preventDefault();
    });
  }

  private connectionChanged(phase: "connecting" | "live" | "waiting" | "ended"): void {
    if (phase === "live") {
      void this.open();
      return;
    }
    this.isOpen = false;
    this.frames = [];
    if (phase === "ended") this.become("ended");
    else if (phase === "waiting" || this.document) this.become("offline");
  }

  private notified(method: string, params: unknown): void {
    if (!method.startsWith("pad.") || (params as { pad_id?: string }).pad_id !== this.data.id) return;
    if (method === "pad.changed") this.take(params as Changed);
    else if (method === "pad.cursors") this.moved((params as { cursors: Cursor[] }).cursors);
    else if (method === "pad.head") this.head(params as { revision: number; crc: number });
    else if (method === "pad.joined") {
      const { writer, user } = params as { writer: number | null; user: Person };
      if (writer !== null) this.learn([{ number: writer, user }]);
      this.emit("joined", user);
    }
  }

  private take(frame: Changed): void {
    this.learn(frame.writers);
    if (!this.isOpen) this.frames.push(frame);
    else if (frame.changes.some(({ revision }) => revision > this.revision)) {
      if (frame.epoch !== this.epoch) this.rebuild("with own");
      else this.applyAll(frame.changes);
    }
  }

  private applyAll(changes: readonly PadChange[]): void {
    for (const change of changes) {
      if (change.revision <= this.revision) continue;
      if (change.revision !== this.revision + 1) {
        void this.open();
        return;
      }
      this.apply(change);
    }
    this.emit("status", null);
  }

  /** The newest revision, and the checksum of its text. */
  private head({ revision, crc }: { revision: number; crc: number }): void {
    if (!this.isOpen) return;
    if (revision > this.revision) {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => {
        if (revision > this.revision) void this.open();
      }, CATCH_UP);
    } else if (revision === this.revision) this.compare(crc);
  }

  private compare(crc: number): void {
    const own = this.outbox.count === 0 ? crcOf(this.text?.toString() ?? "") : crc;
    if (crc === own && crc === crcOf(this.base.toString())) return;
    const { revision } = this;
    if (this.writer !== null) {
      this.gateway.request("pad.differs", { pad_id: this.data.id, revision, crc: own }).catch((error: unknown) => ignore(error));
    }
    if (this.outbox.count === 0) this.faulty = this.ownText;
    this.rebuild(this.outbox.count === 0 ? "without own" : "with own");
  }

  private rebuild(how: "with own" | "without own"): void {
    this.rebuilds = how;
    void this.open();
  }

  /** Read what is new, or all; once at a time. */
  private async open(): Promise<void> {
    this.opensAgain = this.isOpening;
    if (this.isOpening || !this.gateway.isLive) return;
    this.isOpening = true;
    try {
      do {
        this.opensAgain = false;
        await this.openOnce();
      } while (this.opensAgain && this.gateway.isLive);
    } catch (error) {
      this.openFailed(error);
    } finally {
      this.isOpening = false;
    }
  }

  private openFailed(error: unknown): void {
    if (error instanceof Disconnected) return;
    if (!(error instanceof Refused)) throw error;
    const { status } = error.problem;
    if (status === 503 || status === 429) window.setTimeout(() => void this.open(), RETRY);
    else {
      this.problem = error.problem;
      this.become(status === 404 || status === 401 ? "ended" : "failed");
    }
  }

  private async openOnce(): Promise<void> {
    this.isOpen = false;
    const goesOn = this.document !== null && this.rebuilds === "no";
    const known = goesOn ? { epoch: this.epoch, after: this.revision } : {};
    const opened = await this.gateway.request("pad.open", { pad_id: this.data.id, dialect: "yjs", ...known });
    this.learn(opened.writers);
    this.role = opened.role;
    this.data.is_closed = opened.is_closed;
    if ("changes" in opened) this.takeMissed(opened);
    else await this.takeWhole(opened);
    this.isOpen = this.gateway.isLive;
    if (!this.isOpen) return;
    this.kept.resume();
    this.problem = this.writer === null && this.outbox.count > 0 ? (this.refusal ?? READS) : null;
    this.outbox.opened();
    this.become("live");
    for (const frame of this.frames.splice(0)) this.take(frame);
    this.outbox.flush();
    void this.leftovers.send();
  }

  private takeMissed(opened: MissedPad): void {
    this.useWriter(opened.writer);
    for (const change of opened.changes) if (change.revision === this.revision + 1) this.apply(change);
    if (this.revision === opened.revision && crcOf(this.base.toString()) !== opened.crc) this.rebuild("with own");
  }

  private async takeWhole(opened: WholePad): Promise<void> {
    const found = new Y.Doc();
    for (const update of opened.updates) Y.applyUpdate(found, bytesOf(update), "server");
    const base = Text.of(found.getText("text").toString().split("\n"));
    if (this.document === null) await this.begin(opened, found, base);
    else if (opened.epoch === this.epoch && this.rebuilds === "no") this.join(opened, base);
    else await this.replace(opened, found, base);
  }

  /** The first document of this page, with what an earlier page of this tab did not send. */
  private async begin(opened: WholePad, found: Y.Doc, base: Text): Promise<void> {
    const own = (await this.kept.all()).filter(({ epoch, writer }) => epoch === opened.epoch && writer === opened.writer);
    for (const { update } of own) Y.applyUpdate(found, update, "kept");
    this.use(opened, found, base);
    for (const { id, epoch, writer, update } of own) this.outbox.restore(id, epoch, writer, update);
    this.emit("document", null);
  }

  /** So much was missed that all came: into the document that is there. */
  private join(opened: WholePad, base: Text): void {
    for (const update of opened.updates) Y.applyUpdate(this.document!, bytesOf(update), "server");
    this.use(opened, this.document!, base);
    this.emit("document", null);
  }

  /** Another document, into which goes what the server does not have of what was typed in the old one. */
  private async replace(opened: WholePad, found: Y.Doc, base: Text): Promise<void> {
    const keeps = this.rebuilds === "with own" || (this.rebuilds === "no" && this.outbox.count > 0);
    const missed = keeps ? await changesSince(this.gateway, this.data.id, this.revision, opened.revision) : [];
    // From here on without a pause: nothing is typed in between.
    const own = keeps ? rebased(this.base, this.ownText, missed, ({ writer }) => writer === this.writer).typed : null;
    const typed = own ?? (this.faulty && typedSince(this.faulty, this.ownText, base));
    this.rebuilds = "no";
    this.faulty = null;
    this.outbox.clear();
    const isRenewed = opened.epoch !== this.epoch;
    // The one before is not destroyed: what was typed there can be undone (`undo.ts`).
    this.use(opened, found, base);
    this.emit("document", null);
    if (typed && !typed.empty && this.writer !== null) this.type(typed);
    if (isRenewed) this.emit("renewed", null);
  }

  protected override typed(update: Uint8Array, writer: number): void {
    this.outbox.add(this.epoch, writer, update);
  }

  /** The server takes it never: once it is typed anew into a fresh document; then its writer has to decide. */
  private onRefused(problem: Problem): void {
    if (problem.code === "pad_renewed") this.rebuild("with own");
    else if (problem.status === 403 || problem.code === "pad_closed" || problem.code === "project_frozen" || problem.code === "conflict") {
      this.refusal = problem;
      void this.open();
    } else if (this.refusals === 0) {
      this.refusals += 1;
      this.rebuild("with own");
    } else {
      this.problem = problem;
      this.emit("status", null);
    }
  }

  private pendingChanged(): void {
    this.texts.waits(this.outbox.count > 0);
    this.emit("status", null);
  }
}

function ignore(error: unknown): void {
  if (!(error instanceof Disconnected || error instanceof Refused)) throw error;
}
