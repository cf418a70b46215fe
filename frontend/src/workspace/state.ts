import { Emitter } from "../emitter";
import { type Connection, Gateway } from "../gateway";
import type { Person, ProjectEvent, ProjectStatus } from "../protocol";
import { type Texts, useTexts } from "../texts";
import { Field, type FieldFacts } from "./field";
import { People } from "./people";
import type { ProposalData } from "./proposal/facts";
import { OpenProposal, type ProposalView } from "./proposal/open_proposal";

/** What Django writes into the page for the script (`workspace/editor/views.py`). */
export interface PageData {
  project: string;
  me: Person;
  version: number;
  seq: number;
  status: ProjectStatus;
  may: { write: boolean; take_over: boolean; propose: boolean };
  urls: { socket: string; text: string; compare: string; kept: string; proposals: string; staged: string; releases: string; places: string; api_releases: string };
  /** The most bytes of a text. */
  text_limit: number;
  max_files: number;
  /** The languages' names by their codes; the empty code is plain text. */
  languages: Record<string, string>;
  texts: Texts;
  /** The proposal that the page is over; null over the current text. */
  proposal: ProposalData | null;
  /** What the address names, and the project does not have. */
  missing: MissingField | null;
}

/** `version` deleted it, and `href` shows it in the one before; or 0 and "". */
export interface MissingField {
  name: string;
  version: number;
  href: string;
}

export type View = "free" | "yours" | "theirs" | "elsewhere" | "reading" | Exclude<ProjectStatus, "open"> | ProposalView;

/** Something to tell the person once: a bar, a toast, words in the live region. */
export interface Notice {
  kind: "saved_by" | "saved" | "lock_ended" | "moved" | "refused" | "asked" | "kept_refused" | "taken_first" | "gave_back" | "role"
    | "asked_no_more" | "not_safe" | "offline" | "taken_over" | "moved_away" | "missed_save" | "elsewhere" | "missing"
    | "review_ended" | "submitted";
  field?: Field;
  values?: Record<string, string | number>;
}

interface ProjectChanges {
  field: Field;
  fields: null;
  /** `replaced` had the name until now: over a proposal a former name goes on with what is proposed. */
  renamed: { before: string; field: Field; replaced: Field | undefined };
  version: number;
  status: ProjectStatus;
  people: null;
  connection: Connection;
  notice: Notice;
  announce: string;
  saving: boolean;
  event: ProjectEvent;
}

/** What is known of the open project, and who hears when it changes. It depends on none of the parts that work with it. */
export class ProjectState extends Emitter<ProjectChanges> {
  readonly gateway: Gateway;
  readonly fields = new Map<string, Field>();
  readonly id: string;
  readonly me: Person;
  may: PageData["may"];
  readonly urls: PageData["urls"];
  readonly languages: PageData["languages"];
  readonly textLimit: number;
  /** How many files a project can have. */
  readonly maxFiles: number;
  readonly missing: MissingField | null;
  version: number;
  status: ProjectStatus;
  readonly people = new People(() => this.emit("people", null));
  /** This tab's session; the remembered one until the first snapshot names it. */
  session: string;
  /** Sessions that this tab had before its person signed in again; what they held ends a moment later. */
  readonly formerSessions = new Set<string>();
  /** The proposal that the page is over: then no lock is taken, and none bars. */
  readonly proposal: OpenProposal | null;
  /** Whether the first snapshot has come. */
  begun = false;
  connection: Connection = { phase: "connecting" };

  constructor(data: PageData) {
    super();
    useTexts(data.texts);
    this.id = data.project;
    this.me = data.me;
    this.may = data.may;
    this.urls = data.urls;
    this.languages = data.languages;
    this.textLimit = data.text_limit;
    this.maxFiles = data.max_files;
    this.version = data.version;
    this.status = data.status;
    this.missing = data.missing;
    this.proposal = data.proposal && new OpenProposal(data.proposal);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.gateway = new Gateway(`${scheme}://${location.host}${data.urls.socket}`, `foundry.session.${data.project}`, data.seq);
    this.session = this.gateway.rememberedSession;
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

  /** A version gave a file another name. */
  rename(before: string, name: string): void {
    const field = this.fields.get(before);
    if (!field) return;
    const replaced = this.fields.get(name);
    this.fields.delete(before);
    field.rename(name);
    this.fields.set(name, field);
    if (field.lock) field.lock = { ...field.lock, field: name };
    this.emit("renamed", { before, field, replaced });
    this.changed(field);
  }

  get isLive(): boolean {
    return this.connection.phase === "live";
  }

  /** Who may write the field now, as the border of the sheet says it. */
  viewOf(field: Field): View {
    if (this.proposal && this.status !== "archived") return this.connection.phase === "ended" ? "reading" : this.proposal.viewOf(field);
    if (this.status !== "open") return this.status;
    // Signed out, or in somebody else's browser by now: nothing here is written by whoever looks at it.
    if (this.connection.phase === "ended") return "reading";
    if (!field.lock) return this.may.write ? "free" : "reading";
    if (field.lock.session_id === this.session) return "yours";
    return field.lock.holder.id === this.me.id ? "elsewhere" : "theirs";
  }

  isWritable(field: Field): boolean {
    // What is typed over a proposal is kept in this browser while there is no line.
    if (this.proposal) return this.status !== "archived" && this.connection.phase !== "ended" && this.proposal.isWritable(field);
    if (this.status !== "open" || !this.may.write || !field.state) return false;
    // While the page connects for the first time, keys are not lost: the lock follows with the snapshot.
    if (!this.begun) return this.connection.phase === "connecting" && !field.lock;
    // Ours by the event, too: its token is on the way, and what is typed meanwhile goes out with it.
    return this.isLive && (!field.lock || field.lock.session_id === this.session);
  }

  setVersion(version: number): void {
    if (version <= this.version) return;
    this.version = version;
    this.emit("version", version);
  }

  /** The role may change while the page is open; the server asks again at every write. */
  setRole(role: string): void {
    const write = role === "editor" || role === "owner";
    const may = { write, take_over: role === "owner", propose: write || role === "reviewer" };
    if (may.write === this.may.write && may.take_over === this.may.take_over && may.propose === this.may.propose) return;
    this.may = may;
    this.notice({ kind: "role" });
    this.changedAll();
  }

  setStatus(status: ProjectStatus): void {
    if (status === this.status) return;
    this.status = status;
    this.emit("status", status);
    this.changedAll();
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

  /** What had the focus may be gone, hidden or disabled after an act of its own: then the text has it. */
  focusText(): void {
    const { activeElement: active } = document;
    if (active && active !== document.body && active.checkVisibility() && !active.matches(":disabled")) return;
    [...this.fields.values()].find((field) => field.view)?.view?.focus();
  }

  setSaving(now: boolean): void {
    this.emit("saving", now);
  }

  emitFields(): void {
    this.emit("fields", null);
  }
}
