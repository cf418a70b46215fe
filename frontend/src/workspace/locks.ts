import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { Disconnected, Refused } from "../gateway";
import type { EventMap } from "../events";
import type { Acquired, Lock, Person, Problem, ProjectEvent, Snapshot } from "../protocol";
import { say } from "../texts";
import type { Autosave } from "./autosave";
import type { Broadcast } from "./broadcast";
import { type Field, fromServer } from "./field";
import type { KeptTexts } from "./kept_texts";
import { LockRenewal } from "./lock_renewal";
import { fetchText } from "./server";
import type { ProjectState } from "./state";
import type { Watching } from "./watching";

interface LockParts {
  autosave: Autosave;
  broadcast: Broadcast;
  kept: KeptTexts;
  watching: Watching;
  load(field: Field): Promise<void>;
}

/** Who writes what: taking, renewing and giving back fields, and following what others do. */
export class Locks {
  private taking = new Map<Field, Promise<boolean>>();
  /** Fields that we are giving back: the event may come before the answer. */
  private readonly leaving = new Set<Field>();
  private readonly renewal: LockRenewal;

  constructor(
    private readonly project: ProjectState,
    private readonly parts: LockParts,
  ) {
    this.renewal = new LockRenewal(project, (field) => this.ended(field));
  }

  /** The editor's part: the first change takes the field. A click, a selection or Tab is only reading. */
  typing(field: Field): Extension {
    return EditorView.updateListener.of((update) => {
      if (!update.docChanged || update.transactions.every((one) => !one.docChanged || one.annotation(fromServer))) return;
      // Whatever way the text was changed: what is pasted, dropped or cut never reaches the window as input.
      this.renewal.noteActivity();
      void this.take(field);
    });
  }

  begin(snapshot: Snapshot): void {
    const locks = new Map(snapshot.locks.map((lock) => [lock.field, lock]));
    if (this.project.proposal) {
      for (const field of this.project.fields.values()) field.lock = locks.get(field.name) ?? null;
      return;
    }
    for (const field of this.project.fields.values()) {
      const lock = locks.get(field.name) ?? null;
      const isOurs = lock?.session_id === snapshot.session_id;
      if (field.isHeld && !isOurs) this.ended(field, lock?.holder.display_name);
      if (field.lock && field.lock.session_id !== lock?.session_id) this.parts.watching.end(field);
      field.lock = lock;
      if (lock && !isOurs) this.parts.watching.join(field);
      // The same session again, after a reload or a broken line: its token is learned by asking for it once more.
      if (isOurs) void this.take(field, { again: true });
      // What was typed without a connection is taken up again.
      else if (!lock && field.isDirty) void this.take(field);
      this.project.changed(field);
    }
    this.renewal.begin(snapshot.lock_ttl);
  }

  /** Take the field for this session; answers whether it is ours now. */
  take(field: Field, { again = false } = {}): Promise<boolean> {
    const { project } = this;
    if (field.isHeld && !again) return Promise.resolve(true);
    if (project.proposal) return Promise.resolve(false);
    if (!project.begun || !project.may.write || project.status !== "open") return Promise.resolve(false);
    if (field.lock && field.lock.session_id !== project.session) return Promise.resolve(false);
    let taking = this.taking.get(field);
    if (!taking) {
      const wasDirty = field.isDirty;
      taking = this.acquire(field, wasDirty).finally(() => this.taking.delete(field));
      this.taking.set(field, taking);
    }
    return taking;
  }

  /** Resolves when no request for the field is under way. */
  async settled(field: Field): Promise<boolean> {
    return (await this.taking.get(field)) ?? field.isHeld;
  }

  /** Resolves when no request for any field is under way. */
  async allSettled(): Promise<void> {
    await Promise.all(this.taking.values());
  }

  private async acquire(field: Field, wasDirty: boolean): Promise<boolean> {
    try {
      const acquired = await this.project.gateway.request("lock.acquire", { field: field.name });
      await this.hold(field, acquired, wasDirty);
      return true;
    } catch (error) {
      this.refused(field, error, wasDirty);
      return false;
    }
  }

  /** The field is ours. Where somebody saved it since we read it, its text is brought up to date first. */
  async hold(field: Field, acquired: Acquired, wasDirty = false): Promise<void> {
    const { project } = this;
    const since = field.lock?.session_id === project.session ? field.lock.since : new Date().toISOString();
    this.parts.watching.end(field);
    const isNew = field.token !== acquired.token;
    if (isNew) field.forgetLock();
    field.token = acquired.token;
    field.asked = null;
    field.lock = { field: field.name, holder: project.me, session_id: project.session, since };
    await this.parts.load(field);
    if (acquired.version > field.base) {
      const text = await fetchText(project.urls.text, field.name, acquired.version);
      if (wasDirty && text !== field.saved) {
        field.moved ??= { version: acquired.version, text, by: "" };
        project.notice({ kind: "moved", field, values: { version: acquired.version, name: "" } });
      } else {
        field.rebase(text, acquired.version);
      }
      project.setVersion(acquired.version);
    }
    if (isNew) this.parts.broadcast.restart(field);
    if (field.isDirty) this.parts.autosave.soon(field);
    project.changed(field);
  }

  private refused(field: Field, error: unknown, wasDirty: boolean): void {
    const { project } = this;
    if (error instanceof Disconnected) return;
    if (!(error instanceof Refused)) throw error;
    const { problem } = error;
    if (problem.code === "lock_held" && problem["holder"]) field.lock = lockOf(field, problem);
    const typed = field.isDirty && !wasDirty;
    // Somebody was a moment faster: what was typed meanwhile is offered for copying, never silently dropped.
    if (typed) field.moved = { version: field.base, text: field.saved, by: "" };
    if (typed && problem.code === "lock_held") {
      project.notice({ kind: "taken_first", field, values: { name: field.lock?.holder.display_name ?? "" } });
    } else if (problem.code !== "lock_held") {
      project.notice({ kind: "refused", field, values: { detail: problem.detail } });
    }
    project.changed(field);
  }

  /** Give the field back. Text that is not saved stays kept on the server, unless `dropText`. */
  async giveBack(field: Field, { dropText = false, quietly = false } = {}): Promise<void> {
    const { project } = this;
    await this.parts.autosave.now(field);
    const kept = field.isDirty;
    const { token } = field;
    if (!dropText && !(await this.parts.kept.setAside(field))) return;
    try {
      await this.expecting([field], async () => {
        await project.gateway.request("lock.release", { field: field.name });
      });
    } catch (error) {
      // Without a line nothing is given back; a refusal means that it is not ours any more.
      if (error instanceof Disconnected) {
        if (!quietly) project.notice({ kind: "offline", field });
        return;
      }
      if (!(error instanceof Refused)) throw error;
    }
    this.left(field);
    field.moved = null;
    if (kept) field.replace(field.saved);
    if (kept && dropText) await this.parts.kept.discardOf(field, token);
    field.continued.clear();
    project.changed(field);
    if (quietly) return;
    project.announce(say("announce.gave_back", { field: field.label }));
    project.notice({ kind: "gave_back", field, values: { kept: kept && !dropText ? 1 : 0 } });
  }

  /** Do something that gives fields back, without taking it for a loss. */
  async expecting(fields: Field[], act: () => Promise<void>): Promise<void> {
    for (const field of fields) this.leaving.add(field);
    try {
      await act();
    } finally {
      for (const field of fields) this.leaving.delete(field);
    }
  }

  /** The field is no longer ours, as we wished. */
  left(field: Field): void {
    field.forgetLock();
    if (field.lock?.session_id === this.project.session) field.lock = null;
  }

  /** The field was handed to this session, which learns its token now. */
  received(field: Field): Promise<boolean> {
    const { me: holder, session: session_id } = this.project;
    field.lock = { field: field.name, holder, session_id, since: new Date().toISOString() };
    return this.take(field, { again: true });
  }

  onReleased({ seq, data }: ProjectEvent<EventMap["lock.released"]>): void {
    const { project } = this;
    const field = this.known(data.field);
    if (!field) return;
    const isOurs = data.session_id === project.session;
    if (field.lock && field.lock.session_id !== data.session_id) return;
    if (isOurs && this.leaving.has(field)) return;
    // A token is the number of the event that opened its lock: an older lock of ours has ended, not this one.
    if (isOurs && field.token !== null && seq < field.token) return;
    if (field.isHeld && isOurs) this.ended(field);
    field.lock = field.asked = null;
    this.parts.watching.end(field);
    // What this tab was writing before its person signed in again goes on.
    if (field.isDirty && project.formerSessions.has(data.session_id)) void this.take(field);
    // Another window of this person's is gone, and what it wrote is theirs to take up here.
    if (!isOurs && data.holder.id === project.me.id) void this.parts.kept.begin({ resumes: false });
    project.announce(say("announce.free", { field: field.label }));
    project.changed(field);
  }

  onHeld({ seq, at, data }: ProjectEvent<EventMap["lock.acquired"]>): void {
    const { project } = this;
    const field = this.known(data.field);
    if (!field) return;
    const { holder, session_id: session } = data;
    const isMovedAway = field.isHeld && session !== project.session && holder.id === project.me.id;
    if (isMovedAway) void this.movedAway(field);
    else if (field.isHeld && session !== project.session) this.ended(field, holder.display_name);
    field.lock = { field: field.name, holder, session_id: session, since: at };
    // A renamed file keeps its lock, under another token: the number of this event.
    if (session === project.session && field.token !== null && seq > field.token) field.token = seq;
    if (session === project.session) void this.take(field);
    else if (!isMovedAway) this.watch(field, session);
    if (session !== project.session) project.announce(say("announce.editing", { field: field.label, name: holder.display_name }));
    project.changed(field);
  }

  /** The field of that name; one that the page does not know is new, and the list of fields is asked for again. */
  private known(name: string): Field | undefined {
    const field = this.project.fields.get(name);
    if (!field) this.project.emitFields();
    return field;
  }

  /** What we have not saved ourselves is not covered by somebody else's typing. */
  private watch(field: Field, session: string): void {
    if (field.isDirty || this.project.proposal) return;
    this.parts.watching.end(field);
    this.parts.watching.begin(field, session);
  }

  /** Our lock is gone without our doing. The text stays, and the page says what happened. */
  ended(field: Field, by = ""): void {
    const { project } = this;
    const { token } = field;
    if (token === null) return;
    const wasDirty = field.isDirty;
    void this.parts.autosave.last(field);
    if (wasDirty) field.continued.add(token);
    field.forgetLock();
    field.lock = null;
    if (wasDirty || by) project.notice({ kind: wasDirty ? "lock_ended" : "taken_over", field, values: { name: by, token } });
    project.changed(field);
  }

  /** This person goes on in another window of theirs, with the text of this one, which watches from now on. */
  private async movedAway(field: Field): Promise<void> {
    const { autosave, watching } = this.parts;
    const keeping = autosave.last(field);
    field.forgetLock();
    await keeping;
    // What the server could not keep went along as it was seen; until it is safe there, it stays here too.
    if (!field.unkept) {
      field.replace(field.saved);
      field.continued.clear();
      watching.join(field);
    }
    this.project.notice({ kind: "moved_away", field });
    this.project.changed(field);
  }
}

function lockOf(field: Field, problem: Problem): Lock {
  return {
    field: field.name,
    holder: problem["holder"] as Person,
    session_id: "",
    since: String(problem["since"] ?? new Date().toISOString()),
  };
}
