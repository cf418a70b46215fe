import { Disconnected, Refused } from "../gateway";
import type { Problem } from "../protocol";
import { say } from "../texts";
import type { Broadcast } from "./broadcast";
import type { Field } from "./field";
import { discardKept, fetchKept, type KeptText, Unreachable } from "./server";
import { LocalBackup, type BackupText } from "./local_backup";
import type { ProjectState } from "./state";
import { findUnstorable, explainUnstorable } from "./unstorable";

/** At most 2 s behind the typing (docs/rules.md, "Limits"): one put a second per field, and time for it to arrive. */
const INTERVAL = 1_000;
/** The first words after a pause are kept soon: who begins to watch asks for them. */
const AT_ONCE = 150;
/** After a refusal that says nothing about when to try again. */
const RETRY = 5_000;
const IN_BROWSER = "browser:";

/** What keeping a text asks of the parts that hold its lock and load it. */
interface AutosaveHooks {
  load(field: Field): Promise<void>;
  /** The lock of the field has ended without this tab's doing. */
  lockEnded(field: Field): void;
  /** Whether the field is ours, once no request for it is under way. */
  whenSettled(field: Field): Promise<boolean>;
}

/** Keeps unsaved text on the server while it is typed, in this browser while the server does not take it, and offers it back. */
export class Autosave {
  /** Texts of locks that have ended, which their writer has neither taken back nor discarded. */
  offered: KeptText[] = [];
  private readonly backup: LocalBackup;
  private readonly timers = new Map<Field, number>();
  private readonly putting = new Map<Field, Promise<void>>();
  private readonly triedAt = new Map<Field, number>();
  /** The fields of which this browser keeps a text. */
  private readonly backedUp = new Set<Field>();

  constructor(
    private readonly project: ProjectState,
    private readonly broadcast: Broadcast,
    private readonly hooks: AutosaveHooks,
  ) {
    this.backup = new LocalBackup(project.me.id, project.id);
    window.addEventListener("beforeunload", (event) => this.leaving(event));
  }

  soon(field: Field, delay = 0): void {
    if (this.timers.has(field)) return;
    const since = Date.now() - (this.triedAt.get(field) ?? 0);
    this.timers.set(
      field,
      window.setTimeout(() => {
        this.timers.delete(field);
        void this.now(field);
      }, Math.max(AT_ONCE, INTERVAL - since, delay)),
    );
  }

  /** Put what is not kept yet; resolves when the server or the browser has it. */
  async now(field: Field): Promise<void> {
    await this.putting.get(field);
    this.broadcast.flush(field);
    if (!this.isBehind(field)) return;
    this.triedAt.set(field, Date.now());
    const putting = this.put(field, field.token, field.revision).finally(() => this.putting.delete(field));
    this.putting.set(field, putting);
    await putting;
  }

  /** The lock is ending, and its token with it: a text that comes with it is kept all the same. */
  async last(field: Field): Promise<void> {
    this.broadcast.flush(field);
    if (this.isBehind(field)) await this.put(field, field.token, field.revision);
  }

  private isBehind(field: Field): boolean {
    if (field.token === null) return field.isDirty;
    return field.revision > Math.max(field.keptRevision, field.savingRevision);
  }

  /** Whether the server can hold the text at all; if not, the page says why, and the browser keeps it. */
  async isFit(field: Field): Promise<boolean> {
    const { text } = field;
    const { textLimit } = this.project;
    field.unstorable = findUnstorable(text, textLimit);
    if (!field.unstorable) return true;
    await this.unkept(field, say("unstorable", { field: field.label }), explainUnstorable(field.unstorable, text, textLimit));
    return false;
  }

  private async put(field: Field, token: number | null, revision: number): Promise<void> {
    const { project } = this;
    const content = field.text;
    if (!(await this.isFit(field))) return;
    if (token === null || !project.isLive) {
      await this.keepHere(field, content);
      return;
    }
    try {
      const kept = await project.gateway.request("working_copy.put", { field: field.name, token, revision, content });
      await this.safe(field, content);
      if (field.token !== token) return;
      field.keptRevision = Math.max(field.keptRevision, revision);
      if (kept.revision > revision) this.outnumbered(field, kept.revision);
      field.keptAt = new Date();
      project.changed(field);
    } catch (error) {
      if (!(error instanceof Disconnected || error instanceof Refused)) throw error;
      if (error instanceof Disconnected) await this.keepHere(field, content);
      // The refusal is about a lock that has ended; meanwhile the field is ours by another one.
      else if (field.isHeld && field.token !== token) this.soon(field);
      else await this.refused(field, error.problem, content);
    }
  }

  private async refused(field: Field, problem: Problem, content: string): Promise<void> {
    if (problem.code === "stale_token") {
      // The server has kept it for the lock that has ended.
      await this.safe(field, content);
      this.hooks.lockEnded(field);
    } else if (problem.code === "lock_not_held") {
      await this.keepHere(field, content);
      this.hooks.lockEnded(field);
    } else {
      const isPassing = problem.status === 503 || problem.status === 429;
      await this.unkept(field, say("unkept", { field: field.label }), problem.detail);
      if (isPassing) this.soon(field, Number(problem["retry_after"] ?? RETRY / 1000) * 1000);
    }
  }

  /** The server does not take the text: say so, and keep it in this browser. */
  private async unkept(field: Field, title: string, why: string): Promise<void> {
    field.keptAt = null;
    const isHere = await this.keepHere(field, field.text);
    field.unkept = { title, why, where: say(isHere ? "unkept.here" : "unkept.nowhere") };
    this.project.changed(field);
  }

  private async keepHere(field: Field, content: string): Promise<boolean> {
    this.backedUp.add(field);
    return this.backup.keep(field.name, this.project.session, content);
  }

  /** `content` needs this browser no more: the server has it, or its writer let go of it. */
  async safe(field: Field, content = field.text): Promise<void> {
    if (content !== field.text) return;
    field.unkept = field.unstorable = null;
    if (this.backedUp.delete(field)) await this.backup.remove(field.name);
  }

  /** The server keeps a higher revision than ours: ours has to be higher still to be kept. */
  private outnumbered(field: Field, revision: number): void {
    field.revision = Math.max(field.revision, revision + 1);
    this.soon(field);
  }

  /** The line is broken: what has not arrived stays in this browser, also where the tab is closed now. */
  onDisconnect(): void {
    for (const field of this.project.fields.values()) {
      this.broadcast.flush(field);
      if (this.isBehind(field)) void this.keepHere(field, field.text);
    }
  }

  /** Whether text would be lost, or left to this browser alone, if the page went now. */
  private leaving(event: BeforeUnloadEvent): void {
    for (const field of this.project.fields.values()) {
      void this.now(field);
      if (field.isDirty && (field.unkept || (this.isBehind(field) && !this.project.isLive))) event.preventDefault();
    }
  }

  /** After each connect: what the server and this browser keep for us. Text under a lock that we still hold goes back where it was. */
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
    for (const text of await this.backup.all()) await this.offerBackup(text, kept);
    for (const field of this.project.fields.values()) if (field.isHeld && field.isDirty) this.soon(field);
    this.project.changedAll();
  }

  private async resume(field: Field, kept: KeptText): Promise<void> {
    // The lock's own answer begins its revisions anew; these come after it.
    if (!(await this.hooks.whenSettled(field))) return;
    await this.hooks.load(field);
    if (!field.isDirty && kept.revision >= field.revision) field.replace(kept.content);
    field.revision = Math.max(field.revision, kept.revision);
    field.keptRevision = Math.max(field.keptRevision, kept.revision);
    field.keptAt = new Date(kept.updated_at);
  }

  /** A text that only this browser has goes on where it was under a lock that we still hold; otherwise it is offered. */
  private async offerBackup(backup: BackupText, kept: KeptText[]): Promise<void> {
    const { project } = this;
    const field = project.fields.get(backup.field);
    if (field) {
      this.backedUp.add(field);
      const isOurs = await this.hooks.whenSettled(field);
      await this.hooks.load(field);
      const onServer = kept.find((one) => one.field === field.name && one.content === backup.content);
      if (field.isDirty && field.text === backup.content && !onServer) return;
      if (onServer || field.text === backup.content) {
        await this.safe(field);
        return;
      }
      // Another tab of this person's writes it.
      if (!isOurs && field.lock && field.lock.session_id === backup.session) return;
      const isUntouched = !field.isDirty || kept.some((one) => one.is_open && one.content === field.text);
      if (isOurs && isUntouched) {
        field.replace(backup.content, { typed: true });
        return;
      }
    }
    this.offer(backup.field, backup.content, backup.at);
  }

  private offer(field: string, content: string, at: Date): void {
    const id = IN_BROWSER + field;
    const text = { id, field, session_id: null, is_open: false, revision: 0, content, updated_at: at.toISOString() };
    this.offered = [...this.offered.filter((one) => one.id !== id), text];
  }

  /** The field is about to show what is saved: what the server did not take is offered again. Answers false where it would be lost. */
  async setAside(field: Field): Promise<boolean> {
    if (!field.unkept) return true;
    if (!(await this.keepHere(field, field.text))) return false;
    this.offer(field.name, field.text, new Date());
    field.unkept = field.unstorable = null;
    return true;
  }

  /** Remove a kept text by its writer's choice. */
  async discard(kept: KeptText): Promise<void> {
    if (kept.id.startsWith(IN_BROWSER)) await this.backup.remove(kept.field);
    else await discardKept(this.project.urls.kept, kept.id);
    this.offered = this.offered.filter((one) => one.id !== kept.id);
    this.project.changedAll();
  }

  async discardOf(field: Field): Promise<void> {
    await this.safe(field);
    for (const kept of await fetchKept(this.project.urls.kept)) {
      if (kept.field === field.name && !kept.is_open) await discardKept(this.project.urls.kept, kept.id);
    }
  }
}
