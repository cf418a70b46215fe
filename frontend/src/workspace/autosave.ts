import { Disconnected, Refused } from "../gateway";
import type { Problem } from "../protocol";
import { newReference } from "../reference";
import { say } from "../texts";
import type { Broadcast } from "./broadcast";
import type { Field } from "./field";
import { LocalBackup } from "./local_backup";
import type { ProjectState } from "./state";
import { findUnstorable, explainUnstorable } from "./unstorable";

/** At most 2 s behind the typing (docs/rules.md, "Limits"): one put a second per field, and time for it to arrive. */
const INTERVAL = 1_000;
/** The first words after a pause are kept soon: who begins to watch asks for them. */
const AT_ONCE = 150;
/** After a refusal that says nothing about when to try again. */
const RETRY = 5_000;

/** What the parts that hold locks and offer kept texts want to know of it. */
interface AutosaveHooks {
  /** The lock of the field has ended without this tab's doing. */
  lockEnded(field: Field): void;
  /** The server has the text as it is now. */
  isKept(field: Field): void;
}

/** Keeps unsaved text on the server while it is typed, in this browser while the server does not take it. */
export class Autosave {
  readonly backup: LocalBackup;
  private readonly timers = new Map<Field, number>();
  private readonly putting = new Map<Field, Promise<void>>();
  private readonly triedAt = new Map<Field, number>();
  /** The fields whose text this browser keeps, and the key of that text. */
  readonly backedUp = new Map<Field, string>();

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
    await this.unkept(field, say("unstorable", { field: field.shortPath }), explainUnstorable(field.unstorable, text, textLimit));
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
      else this.hooks.isKept(field);
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
      await this.unkept(field, say("unkept", { field: field.shortPath }), problem.detail);
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

  async keepHere(field: Field, content: string, token = field.token, revision = field.revision): Promise<boolean> {
    const key = this.backedUp.get(field) ?? newReference();
    this.backedUp.set(field, key);
    const { name, base: version } = field;
    const earlier = [...field.continued];
    return this.backup.keep({ field: name, key, session: this.project.session, token, revision, earlier, version, content });
  }

  /** This browser need not keep `content` any longer: the server has it, or its writer discarded it. */
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
    if (this.project.proposal) return;
    for (const field of this.project.fields.values()) {
      this.broadcast.flush(field);
      if (this.isBehind(field)) void this.keepHere(field, field.text);
    }
  }

  /** Whether text would be lost, or left to this browser alone, if the page went now. */
  private leaving(event: BeforeUnloadEvent): void {
    if (this.project.proposal) return;
    for (const field of this.project.fields.values()) {
      void this.now(field);
      if (field.isDirty && (field.unkept || (this.isBehind(field) && !this.project.isLive))) event.preventDefault();
    }
  }
}
