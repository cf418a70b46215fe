import type { Autosave } from "./autosave";
import type { Field } from "./field";
import type { BackupText } from "./local_backup";
import { takeOverLeftovers } from "./proposal/leftovers";
import { discardKept, fetchKept, type KeptText, type TakeOver, Unreachable } from "./server";
import type { ProjectState } from "./state";

const IN_BROWSER = "browser:";
/** Between two looks at whether another window has kept its last words. */
const LAST_WORDS = 300;

/** What of a text in this browser matters to offering it. */
type BackedUp = Omit<BackupText, "person" | "project" | "session">;

/** What offering texts asks of the parts that hold locks and load fields. */
interface KeptTextHooks {
  load(field: Field): Promise<void>;
  /** Whether the field is ours, once no request for it is under way. */
  whenSettled(field: Field): Promise<boolean>;
}

/** The unsaved texts of this person that the server and this browser keep: offered until they are used or discarded. */
export class KeptTexts {
  /** Texts of locks that have ended, the newest first. */
  offered: KeptText[] = [];
  /** By the tokens of our locks: who took them over, and why. */
  private readonly takeOvers = new Map<number, TakeOver>();
  private readonly consumedFor = new Map<Field, number>();
  /** What the server was asked to remove: a save and a backup that end together ask for the same text. */
  private readonly removed = new Map<string, Promise<void>>();

  constructor(
    private readonly project: ProjectState,
    private readonly autosave: Autosave,
    private readonly hooks: KeptTextHooks,
  ) {}

  /** A text that has been saved since it was offered is offered no more. */
  of(field: Field): KeptText[] {
    return this.offered.filter((one) => one.field === field.name && one.content !== field.saved);
  }

  /** After each connect: what the server and this browser keep for us. Text under a lock that we still hold goes back where it was. */
  async begin({ resumes = true } = {}): Promise<void> {
    if (!this.project.may.propose || this.project.proposal) return;
    const kept = await this.fetch();
    if (!kept) return;
    await takeOverLeftovers(this.project);
    const backups = await this.dropOutdated(await this.autosave.backup.all(), kept);
    this.offered = [];
    for (const text of kept) {
      const field = this.project.fields.get(text.field);
      const isOurs = field && text.is_open && text.session_id === this.project.session;
      if (text.is_saved) void this.remove(text.id).catch(ignoreUnreachable);
      else if (isOurs && resumes) await this.resume(field, text);
      else if (!text.is_open && !this.isContinued(text) && !backups.some((backup) => continues(backup, text))) this.offer(text);
    }
    for (const backup of backups) await this.offerBackup(backup, kept);
    for (const field of this.project.fields.values()) if (field.isHeld && field.isDirty) this.autosave.soon(field);
    this.project.changedAll();
  }

  private async fetch(): Promise<KeptText[] | null> {
    try {
      const { kept, take_overs } = await fetchKept(this.project.urls.kept);
      for (const one of take_overs) this.takeOvers.set(one.token, one);
      return kept;
    } catch (error) {
      if (error instanceof Unreachable) return null;
      throw error;
    }
  }

  /** Who took over the lock with this token, and why; undefined where nobody did. */
  async takeOverOf(token: number): Promise<TakeOver | undefined> {
    if (!this.takeOvers.has(token)) await this.fetch();
    return this.takeOvers.get(token);
  }

  /** As far as it was read: for texts that are offered. */
  knownTakeOver({ token }: KeptText): TakeOver | undefined {
    return token === null ? undefined : this.takeOvers.get(token);
  }

  /** Under which lock another window of this person's kept `content` in the end: it does so when it hears that the field has gone. */
  async lastTokenOf(field: Field, session: string | undefined, content: string): Promise<number | null> {
    for (let attempts = 0; attempts < 10; attempts += 1) {
      const text = (await this.fetch())?.find(
        (one) => !one.is_open && one.field === field.name && one.session_id === session && one.content === content,
      );
      if (text) return text.token;
      await new Promise((resolve) => window.setTimeout(resolve, LAST_WORDS));
    }
    return null;
  }

  /** Whether the server keeps the field's text as it is now. */
  async has(field: Field): Promise<boolean> {
    return ((await this.fetch()) ?? []).some((one) => one.field === field.name && one.content === field.text);
  }

  /** Whether this tab still shows what became of the text. */
  private isContinued(text: KeptText): boolean {
    const field = this.project.fields.get(text.field);
    return field !== undefined && field.isDirty && text.token !== null && field.continued.has(text.token);
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

  /** The server has some texts of this browser by now, or a later revision of them. */
  private async dropOutdated(backups: BackupText[], kept: KeptText[]): Promise<BackupText[]> {
    const outdated = backups.filter(({ field, token, revision, content }) =>
      kept.some((text) => text.field === field && (text.content === content || (text.token === token && text.revision > revision))),
    );
    for (const { field, key } of outdated) await this.autosave.backup.remove(field, key);
    return backups.filter((backup) => !outdated.includes(backup));
  }

  /** A text that only this browser has goes on where it was under a lock that we still hold; otherwise it is offered. */
  private async offerBackup(backup: BackupText, kept: KeptText[]): Promise<void> {
    const { project } = this;
    const { backedUp, backup: inBrowser } = this.autosave;
    const field = project.fields.get(backup.field);
    if (field) {
      const isOurs = await this.hooks.whenSettled(field);
      await this.hooks.load(field);
      // This tab shows it, and may have gone on writing.
      if (field.isDirty && backedUp.get(field) === backup.key) return;
      const isShown = field.text === backup.content;
      if (field.isDirty && isShown) {
        backedUp.set(field, backup.key);
        return;
      }
      if (isShown) {
        await inBrowser.remove(backup.field, backup.key);
        return;
      }
      // Another tab of this person's writes it.
      if (!isOurs && field.lock && field.lock.session_id === backup.session) return;
      const isUntouched = !field.isDirty || kept.some((one) => one.is_open && one.content === field.text);
      if (isOurs && isUntouched && (backup.token ?? field.token) === field.token) {
        backedUp.set(field, backup.key);
        field.replace(backup.content, { typed: true });
        return;
      }
    }
    this.offerFromBrowser(backup, kept);
  }

  private offerFromBrowser(backup: BackedUp, kept: KeptText[]): void {
    const { field, key, token, revision, version, content, at } = backup;
    const older = kept.filter((text) => continues(backup, text)).map(({ id }) => id);
    const text = { field, field_then: field, session_id: null, is_open: false, is_saved: false, token, revision, version, content, updated_at: at.toISOString() };
    this.offer({ ...text, id: IN_BROWSER + key, older });
  }

  /** The newest is offered first. */
  private offer(text: KeptText): void {
    const others = this.offered.filter(({ id }) => id !== text.id);
    this.offered = [...others, text].sort((a, b) => Date.parse(b.updated_at) - Date.parse(a.updated_at));
  }

  /** The field is about to show what is saved: what the server did not take is offered again. Answers false where it would be lost. */
  async setAside(field: Field): Promise<boolean> {
    if (!field.unkept) return true;
    const { text: content, token, revision, base: version, continued } = field;
    const earlier = [...continued];
    if (!(await this.autosave.keepHere(field, content))) return false;
    const key = this.autosave.backedUp.get(field) ?? "";
    // What is written from now on is another text.
    this.autosave.backedUp.delete(field);
    const backup = { field: field.name, key, content, token, revision, earlier, version, at: new Date() };
    this.offerFromBrowser(backup, (await this.fetch()) ?? []);
    field.unkept = field.unstorable = null;
    return true;
  }

  /** Remove a kept text by its writer's choice, and what it continues. */
  async discard(kept: KeptText): Promise<void> {
    if (kept.id.startsWith(IN_BROWSER)) await this.autosave.backup.remove(kept.field, kept.id.slice(IN_BROWSER.length));
    else await this.remove(kept.id);
    for (const id of kept.older ?? []) await this.remove(id);
    this.offered = this.offered.filter((one) => one.id !== kept.id);
    this.project.changedAll();
  }

  /** Have the server remove a text, once; again only where it could not be reached. */
  private remove(id: string): Promise<void> {
    const asked = this.removed.get(id);
    if (asked) return asked;
    const removing = discardKept(this.project.urls.kept, id).catch((error: unknown) => {
      this.removed.delete(id);
      throw error;
    });
    this.removed.set(id, removing);
    return removing;
  }

  /** The text under the lock with this token, and what it continues, is not wanted. */
  async discardOf(field: Field, token: number | null): Promise<void> {
    await this.autosave.safe(field);
    if (token !== null) field.continued.add(token);
    await this.consume(field);
  }

  /** The field's text is kept under its present lock: once for each lock, the earlier states of it go. */
  async isKept(field: Field): Promise<void> {
    if (field.token === null || this.consumedFor.get(field) === field.token) return;
    this.consumedFor.set(field, field.token);
    await this.discardAll(field, new Set(field.continued));
  }

  /** What the field continues is in a version now, or no longer wanted: its earlier states go, also what came late. */
  async consume(field: Field): Promise<void> {
    const tokens = new Set(field.continued);
    field.continued.clear();
    await this.discardAll(field, tokens);
  }

  private async discardAll(field: Field, tokens: Set<number>): Promise<void> {
    if (tokens.size === 0) return;
    for (const kept of (await this.fetch()) ?? []) {
      const isEarlier = kept.field === field.name && kept.token !== null && tokens.has(kept.token);
      if (isEarlier && !kept.is_open) await this.discard(kept);
    }
  }
}

/** What is not needed is offered to nobody; it goes the next time. */
function ignoreUnreachable(error: unknown): void {
  if (!(error instanceof Unreachable)) throw error;
}

/** Whether the text in this browser is what the kept one became. */
function continues({ token, revision, earlier }: Pick<BackupText, "token" | "revision" | "earlier">, text: KeptText): boolean {
  if (text.token === null) return false;
  return (token === text.token && revision >= text.revision) || earlier.includes(text.token);
}
