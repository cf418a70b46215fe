import { Disconnected, Refused } from "../gateway";
import type { Field } from "./field";
import type { Project } from "./project";
import { discardKept, fetchKept, type KeptText, Unreachable } from "./server";

/** At most 2 s behind the typing (design page 4): one put a second per field, and time for it to arrive. */
const INTERVAL = 1_000;
/** The first words after a pause are kept soon: who begins to watch asks for them. */
const AT_ONCE = 150;

/** Keeps unsaved text on the server while it is typed, and offers it back. */
export class Keeping {
  /** Texts of locks that have ended, which their writer has neither taken back nor discarded. */
  offered: KeptText[] = [];
  private timers = new Map<Field, number>();
  private putting = new Map<Field, Promise<void>>();

  constructor(private readonly project: Project) {}

  soon(field: Field): void {
    if (this.timers.has(field)) return;
    const since = Date.now() - (field.keptAt?.getTime() ?? 0);
    this.timers.set(
      field,
      window.setTimeout(() => {
        this.timers.delete(field);
        void this.now(field);
      }, Math.max(AT_ONCE, INTERVAL - since)),
    );
  }

  /** Put what is not kept yet; resolves when the server has it, or cannot have it now. */
  async now(field: Field): Promise<void> {
    await this.putting.get(field);
    this.project.showing.flush(field);
    const cared = Math.max(field.keptRevision, field.savingRevision);
    if (field.token === null || field.revision <= cared || !this.project.isLive) return;
    const putting = this.put(field, field.token, field.revision).finally(() => this.putting.delete(field));
    this.putting.set(field, putting);
    await putting;
  }

  private async put(field: Field, token: number, revision: number): Promise<void> {
    try {
      const kept = await this.project.gateway.request("working_copy.put", { field: field.name, token, revision, content: field.text });
      field.keptRevision = Math.max(field.keptRevision, revision);
      if (kept.revision > revision) this.outnumbered(field, kept.revision);
      field.keptAt = new Date();
      this.project.changed(field);
    } catch (error) {
      if (error instanceof Disconnected) return;
      if (!(error instanceof Refused)) throw error;
      if (error.problem.code === "stale_token" || error.problem.code === "lock_not_held") this.project.locks.ended(field);
      else if (error.problem.status === 503) this.soon(field);
    }
  }

  /** The server keeps a higher revision than ours: ours has to be higher still to be kept. */
  private outnumbered(field: Field, revision: number): void {
    field.revision = Math.max(field.revision, revision + 1);
    this.soon(field);
  }

  /** After each connect: what the server keeps for us. Text under a lock that we still hold goes back where it was. */
  async begin(): Promise<void> {
    if (!this.project.may.write) return;
    let kept: KeptText[];
    try {
      kept = await fetchKept(this.project.urls.kept);
    } catch (error) {
      if (error instanceof Unreachable) return;
      throw error;
    }
    this.offered = [];
    for (const text of kept) {
      const field = this.project.fields.get(text.field);
      if (field && text.is_open && text.session_id === this.project.session) await this.resume(field, text);
      else if (!text.is_open) this.offered.push(text);
    }
    for (const field of this.project.fields.values()) if (field.isHeld && field.isDirty) this.soon(field);
    this.project.changedAll();
  }

  private async resume(field: Field, kept: KeptText): Promise<void> {
    // The lock's own answer begins its revisions anew; these come after it.
    if (!(await this.project.locks.settled(field))) return;
    await this.project.load(field);
    if (!field.isDirty && kept.revision >= field.revision) field.replace(kept.content);
    field.revision = Math.max(field.revision, kept.revision);
    field.keptRevision = Math.max(field.keptRevision, kept.revision);
    field.keptAt = new Date(kept.updated_at);
  }

  /** Remove a kept text by its writer's choice. */
  async discard(kept: KeptText): Promise<void> {
    await discardKept(this.project.urls.kept, kept.id);
    this.offered = this.offered.filter((one) => one.id !== kept.id);
    this.project.changedAll();
  }

  async discardOf(field: Field): Promise<void> {
    for (const kept of await fetchKept(this.project.urls.kept)) {
      if (kept.field === field.name && !kept.is_open) await discardKept(this.project.urls.kept, kept.id);
    }
  }
}
