import { Emitter } from "../../emitter";
import { Disconnected, type Gateway, Refused } from "../../gateway";
import type { EventMap } from "../../events";
import type { Person, ProjectEvent, Snapshot } from "../../protocol";

/** Whoever does nothing so long keeps the field no longer, as in the workspace with text that is not saved. */
const IDLE = 5 * 60_000;
const SIGNS = ["keydown", "pointerdown", "wheel", "input", "compositionupdate"] as const;

interface LockEvents {
  /** What the form says of the lock is no longer so. */
  changed: null;
  /** Somebody asks for the field that is held. */
  asked: Person;
}

/** The lock that the dialog for promoting holds while it is open. */
export class DialogLock extends Emitter<LockEvents> {
  /** The number of the lock that is held; null where none is. */
  token: number | null = null;
  private held: string | null = null;
  private wanted: string | null = null;
  /** Not given back when the dialog closes: this window held it before. */
  private readonly foreign: string | null;
  /** What was refused is not asked for again before something has happened. */
  private refused: string | null = null;
  private isBusy = false;
  private activeAt = Date.now();
  private timer = 0;
  private readonly undo: (() => void)[];

  /** Locks live for `ttl` seconds; `foreign` is the field that this window holds already. */
  constructor(
    private readonly gateway: Gateway,
    ttl: number,
    foreign: string | null,
  ) {
    super();
    this.foreign = foreign;
    this.timer = window.setInterval(() => void this.renew(), (ttl * 1000) / 3);
    const active = () => this.noteActivity();
    const leave = () => this.close();
    for (const sign of SIGNS) window.addEventListener(sign, active, { passive: true });
    window.addEventListener("pagehide", leave);
    this.undo = [
      gateway.events.on("lock.released", (event) => this.released(event)),
      gateway.events.onAny(["lock.acquired", "lock.handed_over", "lock.taken_over"], ({ data }) => this.given(data)),
      gateway.on("snapshot", (snapshot) => this.begun(snapshot)),
      gateway.on("ephemeral", ({ name, actor, data }) => {
        if (name === "lock.requested" && data["field"] === this.held) this.emit("asked", actor);
      }),
      () => window.clearInterval(this.timer),
      () => SIGNS.forEach((sign) => window.removeEventListener(sign, active)),
      () => window.removeEventListener("pagehide", leave),
    ];
  }

  /** The form would promote into this field, into none for null; `isHeld` says that it shows the lock as this window's. */
  want(field: string | null, isHeld: boolean): void {
    this.wanted = field;
    // The same lock is answered again; another one of this window may have taken its place.
    if (field !== null && field === this.held && !isHeld) this.held = this.token = null;
    void this.settle();
  }

  /** Something happened after which a refusal may not be one any more. */
  askAgain(): void {
    this.refused = null;
  }

  /** The lock ended with what it was taken for. */
  spent(): void {
    this.held = this.token = this.wanted = null;
  }

  /** Give back what the dialog took. */
  close(): void {
    this.wanted = null;
    void this.settle();
  }

  end(): void {
    this.close();
    for (const stop of this.undo.splice(0)) stop();
  }

  private get isIdle(): boolean {
    return Date.now() - this.activeAt > IDLE;
  }

  /** One request at a time, until what is held is what is wanted. */
  private async settle(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      while (this.held !== this.wanted) {
        if (this.held !== null) await this.giveBack(this.held);
        else if (this.wanted === null || !(await this.take(this.wanted))) return;
      }
    } finally {
      this.isBusy = false;
    }
  }

  private async take(field: string): Promise<boolean> {
    if (field === this.refused || this.isIdle || !this.gateway.isLive) return false;
    try {
      const { token } = await this.gateway.request("lock.acquire", { field });
      this.held = field;
      this.token = token;
      this.emit("changed", null);
      return true;
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Disconnected)) throw error;
      if (error instanceof Refused) {
        this.refused = field;
        if (error.problem.code === "lock_held") this.emit("changed", null);
      }
      return false;
    }
  }

  private async giveBack(field: string): Promise<void> {
    this.held = this.token = null;
    if (field === this.foreign) return;
    try {
      await this.gateway.request("lock.release", { field });
    } catch (error) {
      // Without a line, or ended meanwhile: the server ends it by itself.
      if (!(error instanceof Refused || error instanceof Disconnected)) throw error;
    }
  }

  private async renew(): Promise<void> {
    const { held } = this;
    if (held === null || this.isIdle || !this.gateway.isLive) return;
    try {
      const { lost } = await this.gateway.request("lock.renew", { fields: [held] });
      if (lost.includes(held)) this.lost(held);
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Disconnected)) throw error;
    }
  }

  private noteActivity(): void {
    const wasIdle = this.isIdle;
    this.activeAt = Date.now();
    if (wasIdle) this.emit("changed", null);
  }

  private released({ seq, data }: ProjectEvent<EventMap["lock.released"]>): void {
    // A token is the number of the event that opened its lock: an older lock of this window has ended, not this one.
    if (data.session_id === this.gateway.rememberedSession && this.token !== null && seq > this.token) this.lost(data.field);
  }

  private given({ field, session_id: session }: EventMap["lock.acquired"]): void {
    if (session !== this.gateway.rememberedSession) this.lost(field);
  }

  private begun({ locks, session_id: session }: Snapshot): void {
    const lock = locks.find(({ field }) => field === this.held);
    if (this.held !== null && lock?.session_id !== session) this.lost(this.held);
  }

  private lost(field: string): void {
    if (field !== this.held) return;
    this.held = this.token = null;
    this.emit("changed", null);
  }
}
