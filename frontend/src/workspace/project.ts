import type { Transaction } from "@codemirror/state";
import { fieldState } from "../editor/setup";
import { Emitter } from "../emitter";
import { type Connection, Gateway } from "../gateway";
import type { Person, ProjectEvent, ProjectStatus, Snapshot } from "../protocol";
import { say, type Texts, useTexts } from "../texts";
import { Linter } from "./linter";
import { Field, type FieldFacts, fromServer } from "./field";
import { Autosave } from "./autosave";
import { Locks } from "./locks";
import { People } from "./people";
import { Saving } from "./saving";
import { Broadcast } from "./broadcast";
import { fetchText } from "./server";
import { Watching } from "./watching";

/** What Django writes into the page for the script (`workspace/editor/views.py`). */
export interface PageData {
  project: string;
  me: Person;
  version: number;
  seq: number;
  status: ProjectStatus;
  may: { write: boolean; take_over: boolean };
  urls: { socket: string; text: string; compare: string; kept: string };
  /** The most bytes of a text. */
  text_limit: number;
  /** The languages' names by their codes; the empty code is plain text. */
  languages: Record<string, string>;
  texts: Texts;
}

export type View = "free" | "yours" | "theirs" | "elsewhere" | "reading" | Exclude<ProjectStatus, "open">;

/** Something to tell the person once: a bar, a toast, words in the live region. */
export interface Notice {
  kind: "saved_by" | "saved" | "lock_ended" | "moved" | "refused" | "asked" | "kept_refused" | "taken_first" | "gave_back" | "role";
  field?: Field;
  values?: Record<string, string | number>;
}

interface ProjectChanges {
  field: Field;
  fields: null;
  version: number;
  status: ProjectStatus;
  people: null;
  connection: Connection;
  notice: Notice;
  announce: string;
  saving: boolean;
  event: ProjectEvent;
}

/** The open project: what every live part of the page looks at. One per tab. */
export class Project extends Emitter<ProjectChanges> {
  readonly gateway: Gateway;
  readonly fields = new Map<string, Field>();
  readonly locks: Locks;
  readonly saving: Saving;
  readonly autosave: Autosave;
  readonly linter = new Linter(this);
  readonly broadcast: Broadcast;
  readonly watching: Watching;
  readonly id: string;
  readonly me: Person;
  may: PageData["may"];
  readonly urls: PageData["urls"];
  readonly languages: PageData["languages"];
  readonly textLimit: number;
  version: number;
  status: ProjectStatus;
  readonly people = new People(() => this.emit("people", null));
  /** This tab's session; the remembered one until the first snapshot names it. */
  session: string;
  /** Sessions that this tab had before its person signed in again; what they held ends a moment later. */
  readonly formerSessions = new Set<string>();
  /** Whether the first snapshot has come. */
  begun = false;
  connection: Connection = { phase: "connecting" };
  private loading = new Map<Field, Promise<void>>();

  constructor(data: PageData) {
    super();
    useTexts(data.texts);
    this.id = data.project;
    this.me = data.me;
    this.may = data.may;
    this.urls = data.urls;
    this.languages = data.languages;
    this.textLimit = data.text_limit;
    this.version = data.version;
    this.status = data.status;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.gateway = new Gateway(`${scheme}://${location.host}${data.urls.socket}`, `foundry.session.${data.project}`, data.seq);
    this.session = this.gateway.rememberedSession;
    this.locks = new Locks(this);
    this.saving = new Saving(this);
    this.autosave = new Autosave(this);
    this.broadcast = new Broadcast(this);
    this.watching = new Watching(this);
    this.listen();
    this.listenToEvents();
  }

  private listen(): void {
    this.gateway.on("connection", (connection) => {
      this.connection = connection;
      if (connection.phase !== "live") this.autosave.onDisconnect();
      this.emit("connection", connection);
      this.changedAll();
    });
    this.gateway.on("snapshot", (snapshot) => void this.begin(snapshot));
    this.gateway.on("present", (present) => this.people.setPresent(present));
    this.gateway.on("event", (event) => this.emit("event", event));
    this.gateway.on("ephemeral", ({ name, actor, data }) => {
      if (name === "presence.joined") {
        if (!this.people.has(actor)) this.announce(say("announce.joined", { name: actor.display_name }));
        this.people.joined(actor);
      }
      if (name === "presence.left") {
        if (actor.id !== this.me.id) this.announce(say("announce.left", { name: actor.display_name }));
        this.people.left(actor);
      }
      if (name === "lock.requested" || name === "lock.kept") this.locks.asked(name, actor, data);
      if (name === "text.changed") this.watching.changed(actor, data);
      if (name === "cursor.moved") {
        this.people.movedTo(actor, String(data["field"] ?? ""));
        this.watching.moved(actor, data);
      }
    });
  }

  addField(facts: FieldFacts): Field {
    const field = new Field(facts, this.version);
    this.fields.set(field.name, field);
    return field;
  }

  field(name: string): Field {
    const field = this.fields.get(name);
    if (!field) throw new Error(`No field ${name}`);
    return field;
  }

  get isLive(): boolean {
    return this.connection.phase === "live";
  }

  /** Who may write the field now, as the border of the sheet says it. */
  viewOf(field: Field): View {
    if (this.status !== "open") return this.status;
    // Signed out, or in somebody else's browser by now: nothing here is written by whoever looks at it.
    if (this.connection.phase === "ended") return "reading";
    if (!field.lock) return this.may.write ? "free" : "reading";
    if (field.lock.session_id === this.session) return "yours";
    return field.lock.holder.id === this.me.id ? "elsewhere" : "theirs";
  }

  isWritable(field: Field): boolean {
    if (this.status !== "open" || !this.may.write || !field.state) return false;
    // While the page connects for the first time, keys are not lost: the lock follows with the snapshot.
    if (!this.begun) return this.connection.phase === "connecting" && !field.lock;
    // Ours by the event, too: its token is on the way, and what is typed meanwhile goes out with it.
    return this.isLive && (!field.lock || field.lock.session_id === this.session);
  }

  /** The field's text, from the server where this tab does not have it yet. */
  async load(field: Field, text?: string): Promise<void> {
    if (field.state) return;
    let loading = this.loading.get(field);
    if (!loading) {
      loading = this.fill(field, text);
      this.loading.set(field, loading);
    }
    await loading;
    this.loading.delete(field);
  }

  private async fill(field: Field, text?: string): Promise<void> {
    const version = this.version;
    const content = text ?? (await fetchText(this.urls.text, field.name, version));
    field.base = version;
    field.state = fieldState(content, field, this.locks.typing(field));
    if (this.begun) this.watching.join(field);
    this.linter.soon(field);
    this.changed(field);
  }

  /** A transaction of the editor that shows the field. */
  edited(field: Field, transaction: Transaction): void {
    field.state = transaction.state;
    if (transaction.docChanged) {
      if (!transaction.annotation(fromServer)) {
        this.broadcast.edited(field, transaction);
        this.autosave.soon(field);
      }
      this.linter.soon(field);
    }
    this.changed(field);
  }

  private async begin(snapshot: Snapshot): Promise<void> {
    const isFirst = !this.begun;
    this.begun = true;
    if (this.session && this.session !== snapshot.session_id) this.formerSessions.add(this.session);
    this.session = snapshot.session_id;
    this.setRole(snapshot.role);
    this.setStatus(snapshot.project.status);
    this.people.setPresent(snapshot.present);
    const missed = this.version < (snapshot.current_version ?? 0);
    this.setVersion(snapshot.current_version ?? 0);
    this.locks.begin(snapshot, isFirst);
    if (missed) await this.refresh([...this.fields.values()]);
    await this.autosave.begin();
  }

  private listenToEvents(): void {
    const { events } = this.gateway;
    const onStatus = ({ data }: ProjectEvent<{ status: ProjectStatus }>) => this.setStatus(data.status);
    events.on("draft.saved", (event) => void this.saving.onSaved(event));
    events.onAny(["lock.acquired", "lock.handed_over", "lock.taken_over"], (event) => this.locks.onHeld(event));
    events.on("lock.released", (event) => this.locks.onReleased(event));
    events.on("member.role_changed", ({ data }) => {
      if (data.user.id === this.me.id) this.setRole(data.role);
    });
    events.onAny(
      ["release.submitted", "release.signed", "release.rejected", "release.withdrawn", "release.released"],
      ({ data }) => this.setStatus(data.project_status),
    );
    events.onAny(["project.frozen", "project.archived"], onStatus);
    events.on("project.reopened", () => this.setStatus("open"));
  }

  setVersion(version: number): void {
    if (version <= this.version) return;
    this.version = version;
    this.emit("version", version);
  }

  /** The role may change while the page is open; the server asks again at every write. */
  private setRole(role: string): void {
    const may = { write: role === "editor" || role === "owner", take_over: role === "owner" };
    if (may.write === this.may.write && may.take_over === this.may.take_over) return;
    this.may = may;
    this.notice({ kind: "role" });
    this.changedAll();
  }

  private setStatus(status: ProjectStatus): void {
    if (status === this.status) return;
    this.status = status;
    this.emit("status", status);
    this.changedAll();
  }

  /** Bring fields that this session does not write to the current version. */
  async refresh(fields: Field[], by = ""): Promise<void> {
    await Promise.all(fields.map((field) => this.refreshOne(field, by)));
  }

  private async refreshOne(field: Field, by: string): Promise<void> {
    const version = this.version;
    field.exists = true;
    if (!field.state) {
      field.base = version;
      return;
    }
    const text = await fetchText(this.urls.text, field.name, version);
    if (version < field.base) return;
    if (field.isWatched) {
      field.settle(text, version);
      this.watching.saved(field);
    } else if (field.isDirty && text !== field.saved) {
      field.moved = { version, text, by };
      this.notice({ kind: "moved", field, values: { version, name: by } });
    } else {
      field.rebase(text, version);
    }
    this.linter.soon(field);
    this.changed(field);
  }

  changed(field: Field): void {
    this.emit("field", field);
  }

  changedAll(): void {
    for (const field of this.fields.values()) this.changed(field);
  }

  notice(notice: Notice): void {
    this.emit("notice", notice);
  }

  announce(words: string): void {
    this.emit("announce", words);
  }

  /** What had the focus may be gone or disabled after an act of its own: then the text has it. */
  focusText(): void {
    const { activeElement } = document;
    if (activeElement && activeElement !== document.body && !activeElement.matches(":disabled")) return;
    [...this.fields.values()].find((field) => field.view)?.view?.focus();
  }

  setSaving(now: boolean): void {
    this.emit("saving", now);
  }

  emitFields(): void {
    this.emit("fields", null);
  }
}
