import type { Transaction } from "@codemirror/state";
import { fieldState } from "../editor/setup";
import type { ProjectEvent, ProjectStatus, Snapshot } from "../protocol";
import { say } from "../texts";
import { Autosave } from "./autosave";
import { Broadcast } from "./broadcast";
import { type Field, fromServer } from "./field";
import { Following } from "./following";
import { Handover } from "./handover";
import { KeptTexts } from "./kept_texts";
import { Linter } from "./linter";
import { Locks } from "./locks";
import { Proposing } from "./proposal/proposing";
import { Saving } from "./saving";
import { fetchText } from "./server";
import { type PageData, ProjectState } from "./state";
import { Watching } from "./watching";

/** The open project: what every live part of the page looks at. One per tab. */
export class Project extends ProjectState {
  readonly broadcast = new Broadcast(this.gateway);
  readonly linter = new Linter((field) => this.changed(field));
  readonly watching = new Watching(this);
  readonly autosave: Autosave;
  readonly kept: KeptTexts;
  readonly locks: Locks;
  readonly saving: Saving;
  readonly handover: Handover;
  readonly following = new Following(this);
  /** What writes the proposal that the page is over. */
  readonly proposing: Proposing | null;
  private loading = new Map<Field, Promise<void>>();

  constructor(data: PageData) {
    super(data);
    const load = (field: Field) => this.load(field);
    this.autosave = new Autosave(this, this.broadcast, {
      lockEnded: (field) => this.locks.ended(field),
      isKept: (field) => void this.kept.isKept(field),
    });
    this.kept = new KeptTexts(this, this.autosave, { load, whenSettled: (field) => this.locks.settled(field) });
    const { autosave, broadcast, kept, watching } = this;
    this.locks = new Locks(this, { autosave, broadcast, kept, watching, load });
    this.saving = new Saving(this, {
      autosave,
      broadcast,
      kept,
      linter: this.linter,
      locks: this.locks,
      refresh: (fields, by) => this.refresh(fields, by),
      useText: async (field, text) => {
        await this.load(field);
        if (!(await this.locks.take(field))) return false;
        field.replace(text, { typed: true });
        return true;
      },
    });
    this.handover = new Handover(this, { autosave, kept, locks: this.locks, watching });
    this.proposing = this.proposal && new Proposing(this, this.proposal, { load });
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
      if (name.startsWith("lock.")) this.handover.onEphemeral(name, actor, data);
      if (name === "text.changed") this.watching.changed(actor, data);
      if (name === "cursor.moved") {
        this.people.movedTo(actor, String(data["field"] ?? ""));
        this.watching.moved(actor, data);
      }
    });
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
    const staged = (await this.proposing?.read(field)) ?? null;
    field.base = version;
    field.state = fieldState(content, field, this.proposing?.extension(field, content) ?? this.locks.typing(field));
    this.proposing?.fill(field, staged);
    if (this.begun && !this.proposal) this.watching.join(field);
    this.linter.soon(field);
    this.changed(field);
  }

  /** A transaction of the editor that shows the field. */
  edited(field: Field, transaction: Transaction): void {
    field.state = transaction.state;
    if (transaction.docChanged) {
      if (!transaction.annotation(fromServer) && !this.proposal) {
        this.broadcast.edited(field, transaction);
        this.autosave.soon(field);
      }
      this.linter.soon(field);
    }
    this.changed(field);
  }

  private async begin(snapshot: Snapshot): Promise<void> {
    this.begun = true;
    if (this.session && this.session !== snapshot.session_id) this.formerSessions.add(this.session);
    this.session = snapshot.session_id;
    this.setRole(snapshot.role);
    this.setStatus(snapshot.project.status);
    this.people.setPresent(snapshot.present);
    const missed = this.version < (snapshot.current_version ?? 0);
    this.setVersion(snapshot.current_version ?? 0);
    this.locks.begin(snapshot);
    if (missed) await this.refresh([...this.fields.values()]);
    if (this.proposing) {
      await this.proposing.begin();
      return;
    }
    await this.kept.begin();
    this.saving.tellOfMissed();
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
    events.onAny(["release.rejected", "release.withdrawn"], ({ name: end, actor, data }) => {
      const values = { end, name: actor.display_name, release: data.name, id: data.release_id };
      if (actor.id !== this.me.id) this.notice({ kind: "review_ended", values });
    });
    events.on("release.submitted", () => this.notice({ kind: "submitted" }));
    events.onAny(["project.frozen", "project.archived"], onStatus);
    events.on("project.reopened", () => this.setStatus("open"));
  }

  /** Bring fields that this session does not write to the current version. */
  async refresh(fields: Field[], by = ""): Promise<void> {
    await Promise.all(fields.map((field) => this.refreshOne(field, by)));
    await this.proposing?.refreshState();
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
    if (this.proposing) {
      this.proposing.rebase(field, text, version);
    } else if (field.isWatched) {
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
}
