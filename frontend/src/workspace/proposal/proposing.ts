import { EditorView } from "@codemirror/view";
import type { Extension } from "@codemirror/state";
import { fieldState } from "../../editor/setup";
import { newReference } from "../../reference";
import { Refused } from "../../requests";
import { say } from "../../texts";
import { type Field, fromServer } from "../field";
import { type BackupText, LocalBackup } from "../local_backup";
import { Unreachable } from "../server";
import type { ProjectState } from "../state";
import { difference, setDifference } from "./difference";
import type { StagedText } from "./facts";
import type { OpenProposal } from "./open_proposal";
import { Resolving } from "./resolving";
import { refusal, Staging } from "./staging";

interface ProposingParts {
  load(field: Field): Promise<void>;
}

/** Works on the proposal that the page is over: its texts are shown over the current ones, and no lock is taken. */
export class Proposing {
  readonly staging: Staging;
  readonly resolving: Resolving;
  /** Where this browser keeps texts that are offered over the current version. */
  private readonly rest: LocalBackup;

  constructor(
    private readonly project: ProjectState,
    readonly proposal: OpenProposal,
    private readonly parts: ProposingParts,
  ) {
    this.staging = new Staging(project, proposal);
    this.rest = new LocalBackup(project.me.id, project.id);
    this.resolving = new Resolving(project, proposal, this);
    proposal.on("ended", () => void this.keepRest());
    project.on("event", ({ name, data }) => {
      if (name.startsWith("proposal.") && data["proposal_id"] === proposal.id) void this.refreshState();
    });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) void this.refreshState();
    });
    project.on("renamed", ({ before, field, replaced }) => {
      this.stayUnder(before, field);
      if (replaced) void this.goOnAs(field, replaced);
    });
  }

  /** What the editor of a field needs beside the editor of the house. */
  extension(field: Field, current: string): Extension {
    const typing = EditorView.updateListener.of((update) => {
      const isTyped = update.transactions.some((one) => one.docChanged && !one.annotation(fromServer));
      if (isTyped) this.staging.soon(field);
    });
    return [typing, difference(current)];
  }

  /** What is staged for a field whose text is not here yet; null where nothing is. Nothing is typed before it is known. */
  async read(field: Field): Promise<StagedText | null> {
    if (!this.proposal.staged.has(field.name)) return null;
    const found = await this.proposal.server.text(field.name);
    if (!found) this.proposal.hasDropped(field);
    return found;
  }

  /** What is proposed is proposed for the former name until it is merged; the new one shows what is current. */
  private stayUnder(name: string, field: Field): void {
    const { project, proposal } = this;
    const isProposed = proposal.staged.get(name)?.removed === false;
    if (!field.state || !(isProposed || proposal.elsewhere.has(field) || this.staging.isBehind(field))) return;
    const label = name.slice("files/".length);
    const former = project.addField({ name, label, language: field.language, exists: false, lock: null });
    former.base = field.base;
    former.state = fieldState("", former, this.extension(former, ""));
    this.move(field, former);
  }

  /** The file has a name in which something was proposed before: `replaced` showed that. */
  private async goOnAs(field: Field, replaced: Field): Promise<void> {
    if (!replaced.state) return this.readAgain(field.name);
    await this.load(field);
    this.move(replaced, field);
    this.project.changed(field);
  }

  load(field: Field): Promise<void> {
    return this.parts.load(field);
  }

  /** What is typed and proposed in one field goes on in another, whose text is here. */
  move(from: Field, to: Field): void {
    to.show(from.text);
    if (from.state) to.apply({ selection: from.state.selection });
    this.proposal.move(from, to);
    from.show(from.saved);
    this.staging.move(from, to);
  }

  /** Put the staged text over the current one. */
  fill(field: Field, staged: StagedText | null): void {
    if (staged && staged.value !== null) this.show(field, staged.value, staged.revision);
  }

  /** The server has `text` for the field: it is shown, without anybody having typed it. */
  show(field: Field, text: string, revision: number): void {
    this.follow(field, field.text, text, revision);
  }

  /** The server made `text` of what was `before`; what was typed since stays, and is staged after it. */
  follow(field: Field, before: string, text: string, revision: number): void {
    field.follow(before, text);
    this.proposal.hasStaged(field, text, revision, field.base);
    if (this.staging.isBehind(field)) this.staging.soon(field);
    this.project.changed(field);
  }

  /** The field's current text is `text` now, as `version`; what is proposed stays. */
  rebase(field: Field, text: string, version: number): void {
    if (this.proposal.staged.has(field.name) || field.isDirty) field.settle(text, version);
    else field.rebase(text, version);
    this.paintDifference(field);
  }

  paintDifference(field: Field): void {
    field.apply({ effects: setDifference(field.saved), annotations: fromServer.of(true) });
  }

  /** Propose a new file, empty for now. Rejects with `Refused` for a name that no file can have. */
  async addFile(name: string): Promise<void> {
    const { project, proposal } = this;
    if (project.fields.has(name) || proposal.staged.has(name)) return;
    const revision = await proposal.server.stage(name, { content: "" }, project.version, 0);
    proposal.staged.set(name, { revision, base_version: project.version, removed: false, drift: "none", is_changed: true });
    proposal.isSubmitted = false;
  }

  /** Propose that the file goes; one that only the proposal has goes out of it. */
  async removeFile(field: Field): Promise<void> {
    const { project, proposal } = this;
    if (!field.exists) return this.resolving.useCurrent(field);
    await this.staging.now(field);
    const base = proposal.madeFrom.get(field) ?? field.base;
    const revision = await proposal.server.stage(field.name, null, base, proposal.staged.get(field.name)?.revision ?? 0);
    field.show(field.saved);
    proposal.hasDropped(field);
    proposal.staged.set(field.name, { revision, base_version: base, removed: true, drift: "none", is_changed: true });
    await this.refreshState();
    project.changed(field);
  }

  /** After each connect: what only this browser has goes on, and the state of the proposal is asked for. */
  async begin(): Promise<void> {
    await this.refreshState();
    for (const backup of await this.staging.backup.all()) await this.takeUp(backup);
    await this.staging.allNow();
    this.project.changedAll();
  }

  async edit(facts: { title: string; description: string }): Promise<void> {
    await this.proposal.server.edit(facts);
    await this.refreshState();
  }

  /** Open it for review, or submit its next round, with everything that is here. */
  async submit(title: string): Promise<void> {
    await this.staging.allOrNothing();
    if (title !== this.proposal.title) await this.proposal.server.edit({ title });
    await this.proposal.server.submit();
  }

  /** Make it the next version: a private one is opened by that, as its round 1. What no round has is never left behind. */
  async accept(message: string): Promise<void> {
    const { proposal } = this;
    await this.staging.allOrNothing();
    if (proposal.round > 0 && !proposal.isSubmitted) throw refusal("not_submitted", say("proposal.unsubmitted"));
    await proposal.server.accept(proposal.round || 1, message);
    proposal.hasEnded = true;
  }

  async discard(): Promise<void> {
    await this.proposal.server.discard();
    this.proposal.hasEnded = true;
    for (const { field, key } of await this.staging.backup.all()) await this.staging.backup.remove(field, key);
  }

  async refreshState(): Promise<void> {
    const { proposal } = this;
    if (proposal.hasEnded) return;
    try {
      const asked = proposal.stagings;
      const state = await proposal.server.state();
      const others = state.targets.filter(({ target, revision }) => (proposal.staged.get(target)?.revision ?? 0) < revision);
      proposal.learn(state, asked);
      for (const { target } of others) await this.readAgain(target);
    } catch (error) {
      if (error instanceof Refused && error.problem.status === 404) proposal.end(null);
      else if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    }
    this.project.changedAll();
  }

  /** Another window of this person's has staged something: it is shown, unless something else is typed here. */
  private async readAgain(name: string): Promise<void> {
    const field = this.project.fields.get(name);
    if (!field) {
      this.project.emitFields();
      return;
    }
    if (!field.state || this.staging.isBehind(field) || this.proposal.elsewhere.has(field)) return;
    const found = await this.proposal.server.text(name);
    const known = this.proposal.staged.get(name)?.revision ?? 0;
    if (!found || found.value === null || found.revision < known || this.staging.isBehind(field)) return;
    this.show(field, found.value, found.revision);
  }

  /** A text that this browser kept goes on where it was; where another one is staged meanwhile, both are shown. */
  private async takeUp(backup: BackupText): Promise<void> {
    const { proposal, project } = this;
    if (!project.fields.has(backup.field)) {
      // Its file went out of the proposal meanwhile: the text is offered over the current version.
      if (await this.rest.keep({ ...backup, token: null, revision: 0 })) await this.staging.backup.remove(backup.field, backup.key);
      return;
    }
    const field = project.field(backup.field);
    await this.parts.load(field);
    if (field.text === backup.content || this.staging.isBehind(field)) {
      if (field.text === backup.content && !this.staging.isBehind(field)) await this.staging.backup.remove(backup.field, backup.key);
      return;
    }
    const revision = proposal.staged.get(field.name)?.revision ?? 0;
    const theirs = field.text;
    if (revision === 0 && !proposal.madeFrom.has(field)) proposal.madeFrom.set(field, backup.version);
    field.show(backup.content);
    if (revision === backup.revision) {
      await this.staging.backup.remove(backup.field, backup.key);
      this.staging.soon(field);
    } else {
      proposal.elsewhere.set(field, { base: theirs, theirs, revision });
      project.notice({ kind: "elsewhere", field });
    }
  }

  /** It has ended: what the server does not have of it is offered over the current text from now on. */
  private async keepRest(): Promise<void> {
    const { project, proposal } = this;
    for (const field of project.fields.values()) {
      const { text: content, base, saved } = field;
      const isLeft = field.state !== null && content !== (proposal.known.get(field) ?? saved);
      if (!isLeft) continue;
      const version = proposal.madeFrom.get(field) ?? base;
      const facts = { field: field.name, key: newReference(), session: "", token: null, revision: 0, earlier: [], version, content };
      if (await this.rest.keep(facts)) await this.staging.letGo(field);
    }
    project.changedAll();
  }
}
