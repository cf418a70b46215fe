import { Disconnected, Refused } from "../gateway";
import type { EventMap } from "../events";
import type { Change, FileChanges, Problem, ProjectEvent } from "../protocol";
import { newReference } from "../reference";
import { say } from "../texts";
import type { Autosave } from "./autosave";
import type { Broadcast } from "./broadcast";
import type { Field } from "./field";
import type { KeptTexts } from "./kept_texts";
import type { Linter } from "./linter";
import type { Locks } from "./locks";
import { MissedSaves } from "./missed_save";
import type { KeptText } from "./server";
import type { ProjectState } from "./state";

const SAVE_TIMEOUT = 60_000;

export interface SaveWish {
  fields?: Field[];
  message?: string;
  /** Whether the fields stay ours after the save. */
  keep?: boolean;
}

interface SavingParts {
  autosave: Autosave;
  broadcast: Broadcast;
  kept: KeptTexts;
  linter: Linter;
  locks: Locks;
  /** Bring these fields to the current version, which `by` saved. */
  refresh(fields: Field[], by: string): Promise<void>;
  /** Make this the field's unsaved text, under a lock of ours; false where there is none to be had. */
  useText(field: Field, text: string): Promise<boolean>;
}

/** Makes versions of what this person wrote, and follows the versions that others make. */
export class Saving {
  private running: Promise<void> | null = null;
  /** A save that was asked for without a connection; made when there is one again. */
  private waiting: { wish: SaveWish; done: (isSaved: boolean) => void } | null = null;
  private readonly missed: MissedSaves;
  private ownVersions = new Set<number>();
  /** Versions in which this tab changed files: their texts are not here yet, and a toast has named them already. */
  private filed = new Set<number>();
  /** When and as which version this tab last saved. */
  last: { version: number; at: Date } | null = null;

  constructor(
    private readonly project: ProjectState,
    private readonly parts: SavingParts,
  ) {
    this.missed = new MissedSaves(project);
    project.on("connection", ({ phase }) => {
      if (phase === "live") void this.saveWaiting();
    });
  }

  /** Say that a save was not made which waited when the page was reloaded. The kept texts are back by then. */
  tellOfMissed(): void {
    const save = this.missed.recall();
    if (save && !this.waiting) this.project.notice({ kind: "missed_save", values: { at: save.at } });
  }

  /** Make the missed save; false where something was saved since, or a field is not ours: then its text stays offered. */
  async saveMissed(): Promise<boolean> {
    const save = this.missed.recall();
    this.missed.forget();
    if (!save || save.version !== this.project.version) return false;
    const { kept: texts } = this.parts;
    // The lock under which a text was written may have ended since the page began.
    await texts.begin();
    const fields: Field[] = [];
    const used: KeptText[] = [];
    for (const { name, token } of save.fields) {
      const field = this.project.fields.get(name);
      if (!field) return false;
      fields.push(field);
      // What the field shows is saved; a kept text that differs from it stays offered.
      if (field.isDirty) continue;
      const text = texts.of(field).find((one) => one.token === token);
      if (!text || !(await this.parts.useText(field, text.content))) return false;
      used.push(text);
    }
    if (!(await this.save({ fields, message: save.message }))) return false;
    for (const text of used) await texts.discard(text);
    return true;
  }

  forgetMissed(): void {
    this.missed.forget();
  }

  get isRunning(): boolean {
    return this.running !== null;
  }

  get isWaiting(): boolean {
    return this.waiting !== null;
  }

  /** Whether a save can be asked for now: it is made at once, or when the connection is back. */
  get isPossible(): boolean {
    const { begun, connection } = this.project;
    return begun && connection.phase !== "ended" && !this.running && !this.waiting && this.ready().length > 0;
  }

  /** The fields that could be saved now: ours, changed, and right. */
  ready(): Field[] {
    return this.dirty().filter((field) => !field.problem && !field.unstorable && !field.moved);
  }

  dirty(): Field[] {
    return [...this.project.fields.values()].filter((field) => field.isHeld && field.isDirty);
  }

  /** Make a version; resolves to whether there is one. Without a connection it resolves when that is back. */
  async save(wish: SaveWish = {}): Promise<boolean> {
    const { fields, message = "", keep = true } = wish;
    // Asked for a moment after the first key, while the lock is still on its way.
    await this.parts.locks.allSettled();
    for (const field of this.dirty()) {
      this.parts.linter.now(field);
      await this.parts.autosave.isFit(field);
    }
    const chosen = (fields ?? this.ready()).filter((field) => this.ready().includes(field));
    if (this.running || this.waiting || chosen.length === 0 || this.project.connection.phase === "ended") return false;
    if (!this.project.isLive) return this.wait(wish, chosen);
    const before = this.last;
    const sending = () => this.send(chosen, message, keep);
    this.running = (keep ? sending() : this.parts.locks.expecting(chosen, sending)).finally(() => {
      this.running = null;
      this.project.setSaving(false);
    });
    this.project.setSaving(true);
    await this.running;
    return this.last !== before;
  }

  private wait(wish: SaveWish, chosen: Field[]): Promise<boolean> {
    const { project } = this;
    return new Promise((done) => {
      this.waiting = { wish, done };
      this.missed.remember(chosen, wish.message ?? "");
      project.setSaving(false);
      project.announce(say("save.waiting"));
      project.focusText();
    });
  }

  private async saveWaiting(): Promise<void> {
    const { waiting } = this;
    this.waiting = null;
    if (!waiting) return;
    this.missed.forget();
    this.project.setSaving(false);
    waiting.done(await this.save(waiting.wish));
  }

  private async send(fields: Field[], message: string, keep: boolean): Promise<void> {
    const { project } = this;
    for (const field of fields) this.parts.broadcast.flush(field);
    const texts = new Map(fields.map((field) => [field, field.text]));
    const revisions = Object.fromEntries(fields.map((field) => [field.name, field.revision]));
    for (const field of fields) field.savingRevision = field.revision;
    try {
      const draft = await project.gateway.request(
        "draft.save",
        {
          base_version: Math.max(...fields.map((field) => field.base)),
          changes: Object.fromEntries(fields.map((field) => [field.name, changeOf(field)])),
          tokens: Object.fromEntries(fields.map((field) => [field.name, field.token ?? 0])),
          revisions,
          message,
          release_locks: !keep,
          client_ref: newReference(),
        },
        // With the same client_ref a repeat gets the first answer, so asking again after a silence is safe.
        { repeat: true, timeout: SAVE_TIMEOUT },
      );
      // The server has deleted its copy of what is saved.
      for (const field of fields) field.keptRevision = Math.max(field.keptRevision, revisions[field.name] ?? 0);
      this.saved(fields, texts, draft.version_number, new Date(draft.created_at), keep);
    } catch (error) {
      if (error instanceof Disconnected) {
        project.notice({ kind: "refused", values: { detail: say("save.unknown") } });
      } else if (error instanceof Refused) {
        this.refused(fields, error.problem);
      } else {
        throw error;
      }
    } finally {
      for (const field of fields) {
        field.savingRevision = 0;
        if (field.isHeld && field.isDirty) this.parts.autosave.soon(field);
      }
    }
  }

  private saved(fields: Field[], texts: Map<Field, string>, version: number, at: Date, keep: boolean): void {
    const { project } = this;
    this.ownVersions.add(version);
    this.last = { version, at };
    this.missed.forget();
    for (const field of fields) {
      field.settle(texts.get(field) ?? "", version);
      void this.parts.autosave.safe(field, texts.get(field));
      void this.parts.kept.consume(field);
      if (!keep) this.parts.locks.left(field);
    }
    project.setVersion(version);
    project.changedAll();
    project.notice({ kind: "saved", values: { version, at: at.toISOString() } });
    project.announce(say("announce.saved", { version }));
  }

  /** Files that are gone: forgotten, unless this person has text of theirs that is not saved. Answers whether there were any. */
  private dropped(names: string[]): boolean {
    const { project } = this;
    for (const name of names) {
      const field = project.fields.get(name);
      if (!field) continue;
      field.exists = false;
      if (field.isDirty) field.base = project.version;
      else project.fields.delete(name);
    }
    return names.length > 0;
  }

  private refused(fields: Field[], problem: Problem): void {
    const { project } = this;
    if (problem.code === "stale_base") {
      const moved = problem["fields"] as Record<string, { theirs: string | null }>;
      for (const field of fields) {
        const texts = moved[field.name];
        if (!texts) continue;
        field.moved = { version: project.version, text: texts.theirs ?? "", by: "" };
        project.notice({ kind: "moved", field, values: { version: project.version, name: "" } });
      }
    } else if (problem.code === "stale_token" || problem.code === "lock_not_held") {
      const name = problem["field"];
      for (const field of fields) if (name === undefined || name === field.name) this.parts.locks.ended(field);
    } else {
      project.notice({ kind: "refused", values: { detail: problem.detail } });
    }
    project.changedAll();
  }

  /**
   * Make a version that adds, replaces, removes and renames files, and resolve to its number. Rejects with `Refused`, or with
   * `Disconnected` where no answer came.
   */
  async changeFiles(wish: Omit<FileChanges, "client_ref">): Promise<number> {
    await this.running;
    const made = this.project.gateway.request("files.change", { ...wish, client_ref: newReference() }, { repeat: true, timeout: SAVE_TIMEOUT });
    const settled = made.then(({ version_number: version }) => void this.filed.add(version));
    this.running = settled.catch(() => undefined).finally(() => (this.running = null));
    return (await made).version_number;
  }

  /** Somebody saved. What we do not write ourselves is brought up to date in place. */
  async onSaved(event: ProjectEvent<EventMap["draft.saved"]>): Promise<void> {
    const { project } = this;
    const { version, renamed = {}, removed = [] } = event.data;
    // At once: the events of the locks of renamed files come next, under the new names.
    for (const [name, before] of Object.entries(renamed)) project.rename(before, name);
    const changed = new Set(event.data.changed_fields.filter((name) => !Object.values(renamed).includes(name)));
    // The event of our own save may come before its answer.
    await this.running?.catch(() => undefined);
    project.setVersion(version);
    if (this.ownVersions.has(version)) return;
    const name = event.actor.display_name;
    for (const field of project.fields.values()) {
      if (!changed.has(field.name) && field.base === version - 1) field.base = version;
    }
    const gone = this.dropped(removed);
    if (gone || [...changed].some((one) => !project.fields.has(one))) project.emitFields();
    await this.parts.refresh(
      [...project.fields.values()].filter((field) => changed.has(field.name) && !removed.includes(field.name)),
      name,
    );
    if (this.filed.has(version)) return;
    const mine = this.dirty().some((field) => !changed.has(field.name));
    // A revert, undo or redo has a toast of its own for whoever made it.
    if (event.actor.id === project.me.id && event.data.kind !== "save") return;
    project.notice({ kind: "saved_by", values: { name, version, mine: mine ? 1 : 0 } });
    project.announce(say("announce.saved_by", { name, version }));
  }
}

function changeOf(field: Field): Change {
  if (!field.name.startsWith("files/")) return field.text;
  // The language of a new file is the server's to decide, by its path.
  return field.exists ? { language: field.language || null, content: field.text } : { content: field.text };
}
