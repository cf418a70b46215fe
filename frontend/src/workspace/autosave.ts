import { Disconnected, Refused } from "../gateway";
import type { Problem } from "../protocol";
import { newReference } from "../reference";
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

/** What of a text in this browser matters to offering it. */
type BackedUp = Omit<BackupText, "person" | "project" | "session">;

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
  /** The fields whose text this browser keeps, and the key of that text. */
  private readonly backedUp = new Map<Field, string>();

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
      await this.keepHere(field, content, token, revision);
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
      if (error instanceof Disconnected) await this.keepHere(field, content, token, revision);
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

  private async keepHere(field: Field, content: string, token = field.token, revision = field.revision): Promise<boolean> {
    const key = this.backedUp.get(field) ?? newReference();
    this.backedUp.set(field, key);
    return this.backup.keep({ field: field.name, key, session: this.project.session, token, revision, content });
  }

  /** `content` needs this browser no more: the server has it, or its writer let go of it. */
  async safe(field: Field, content = field.text): Promise<void> {
    if (content !== field.text) return;
    field.unkept = field.unstorable = null;
    const key = this.backedUp.get(field);
    if (key === undefined) return;
    this.backedUp.delete(field);
    await this.backup.remove(field.name, key);
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
    const backups = await this.dropOutdated(await this.backup.all(), kept);
    this.offered = [];
    for (const text of kept) {
      const field = this.project.fields.get(text.field);
      if (field && text.is_open && text.session_id === this.project.session) await this.resume(field, text);
      else if (!text.is_open && !backups.some((backup) => continues(backup, text))) this.offer(text);
    }
    for (const backup of backups) await this.offerBackup(backup, kept);
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

  /** The server has a later revision of some texts of this browser. */
  private async dropOutdated(backups: BackupText[], kept: KeptText[]): Promise<BackupText[]> {
    const outdated = backups.filter(({ token, revision }) => kept.some((text) => text.token === token && text.revision > revision));
    for (const { field, key } of outdated) await this.backup.remove(field, key);
    return backups.filter((backup) => !outdated.includes(backup));
  }

  /** A text that only this browser has goes on where it was under a lock that we still hold; otherwise it is offered. */
  private async offerBackup(backup: BackupText, kept: KeptText[]): Promise<void> {
    const { project } = this;
    const field = project.fields.get(backup.field);
    if (field) {
      const isOurs = await this.hooks.whenSettled(field);
      await this.hooks.load(field);
      const onServer = kept.some((one) => one.field === field.name && one.content === backup.content);
      const isShown = field.text === backup.content;
      if (field.isDirty && isShown && !onServer) {
        this.backedUp.set(field, backup.key);
        return;
      }
      if (onServer || isShown) {
        await this.backup.remove(backup.field, backup.key);
        return;
      }
      // Another tab of this person's writes it.
      if (!isOurs && field.lock && field.lock.session_id === backup.session) return;
      const isUntouched = !field.isDirty || kept.some((one) => one.is_open && one.content === field.text);
      if (isOurs && isUntouched && (backup.token ?? field.token) === field.token) {
        this.backedUp.set(field, backup.key);
        field.replace(backup.content, { typed: true });
        return;
      }
    }
    this.offerFromBrowser(backup, kept);
  }

  private offerFromBrowser({ field, key, content, at, token, revision }: BackedUp, kept: KeptText[]): void {
    const older = kept.filter((text) => continues({ token, revision }, text)).map(({ id }) => id);
    this.offer({ id: IN_BROWSER + key, field, session_id: null, is_open: false, token, revision, content, updated_at: at.toISOString(), older });
  }

  /** The newest is offered first. */
  private offer(text: KeptText): void {
    const others = this.offered.filter(({ id }) => id !== text.id);
    this.offered = [...others, text].sort((a, b) => Date.parse(b.updated_at) - Date.parse(a.updated_at));
  }

  /** The field is about to show what is saved: what the server did not take is offered again. Answers false where it would be lost. */
  async setAside(field: Field): Promise<boolean> {
    if (!field.unkept) return true;
    const { text: content, token, revision } = field;
    if (!(await this.keepHere(field, content))) return false;
    const key = this.backedUp.get(field) ?? "";
    // What is written from now on is another text.
    this.backedUp.delete(field);
    const kept = await fetchKept(this.project.urls.kept).catch(() => []);
    this.offerFromBrowser({ field: field.name, key, content, token, revision, at: new Date() }, kept);
    field.unkept = field.unstorable = null;
    return true;
  }

  /** Remove a kept text by its writer's choice, and what it continues. */
  async discard(kept: KeptText): Promise<void> {
    const { kept: url } = this.project.urls;
    if (kept.id.startsWith(IN_BROWSER)) await this.backup.remove(kept.field, kept.id.slice(IN_BROWSER.length));
    else await discardKept(url, kept.id);
    for (const id of kept.older ?? []) await discardKept(url, id);
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

/** Whether the text in this browser is what the kept one became, under the same lock. */
function continues({ token, revision }: Pick<BackupText, "token" | "revision">, text: KeptText): boolean {
  return token !== null && token === text.token && revision >= text.revision;
}
