import { Disconnected, Refused } from "../../requests";
import type { Change } from "../../protocol";
import { newReference } from "../../reference";
import { say } from "../../texts";
import type { Field } from "../field";
import { LocalBackup } from "../local_backup";
import { Unreachable } from "../server";
import type { ProjectState } from "../state";
import { explainUnstorable, findUnstorable } from "../unstorable";
import { moveEntry, type OpenProposal } from "./open_proposal";

/** At most 2 s behind the typing: one put a second for each field, and time for it to arrive. */
const INTERVAL = 1_000;
const AT_ONCE = 150;
/** Where the server does not answer, or says nothing about when to try again. */
const RETRY = 5_000;

/** Keeps what is typed over a proposal: in this browser at once, and on the server until it has ended. */
export class Staging {
  readonly backup: LocalBackup;
  private readonly timers = new Map<Field, number>();
  private readonly putting = new Map<Field, Promise<void>>();
  private readonly triedAt = new Map<Field, number>();
  private readonly backups = new Map<Field, number>();
  private isLeaving = false;
  /** The fields whose text this browser keeps, and the key of that text. */
  private readonly backedUp = new Map<Field, string>();

  constructor(
    private readonly project: ProjectState,
    private readonly proposal: OpenProposal,
  ) {
    // A place of its own: the texts of a proposal are not offered over the current version while it goes on.
    this.backup = new LocalBackup(project.me.id, placeOf(project.id, proposal.id));
    window.addEventListener("pagehide", () => this.flush());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.flush();
    });
    window.addEventListener("beforeunload", (event) => this.leaving(event));
  }

  soon(field: Field, delay = 0): void {
    if (!this.proposal.staged.has(field.name) && !this.proposal.madeFrom.has(field)) this.proposal.madeFrom.set(field, field.base);
    this.keepHereSoon(field);
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

  /** Stage what the server does not have yet; resolves when it has it, or this browser does. */
  async now(field: Field): Promise<void> {
    await this.putting.get(field);
    if (!this.isBehind(field)) return;
    this.triedAt.set(field, Date.now());
    const putting = this.put(field).finally(() => this.putting.delete(field));
    this.putting.set(field, putting);
    await putting;
  }

  async allNow(): Promise<void> {
    await Promise.all([...this.project.fields.values()].map((field) => this.now(field)));
  }

  /** Rejects where the server does not have everything then: with `Refused` if it said why, else with `Unreachable`. */
  async allOrNothing(): Promise<void> {
    await this.allNow();
    for (const field of this.project.fields.values()) this.checkKept(field);
  }

  /** Stage the field's text, and resolve to it. Rejects as `allOrNothing`, so that nothing is done to an older text. */
  async nowOrNothing(field: Field): Promise<string> {
    await this.now(field);
    // What was typed while that was on its way.
    await this.now(field);
    this.checkKept(field);
    return field.text;
  }

  /** Have the server change the staged text, which `act` gets; nothing is staged meanwhile, so that it changes this very text. */
  async changing(field: Field, act: (staged: string) => Promise<void>): Promise<void> {
    const changing = act(await this.nowOrNothing(field));
    const ended = changing.catch(() => undefined).finally(() => this.putting.delete(field));
    this.putting.set(field, ended);
    await changing;
  }

  private checkKept(field: Field): void {
    if (this.proposal.elsewhere.has(field)) throw refusal("changed_elsewhere", say("elsewhere", { field: field.title }));
    if (!this.isBehind(field)) return;
    throw field.unkept ? refusal("not_kept", field.unkept.why) : new Unreachable("staging");
  }

  /** Whether the field shows a text that the server does not have. */
  isBehind(field: Field): boolean {
    const { proposal } = this;
    if (!field.state || proposal.hasEnded || proposal.elsewhere.has(field)) return false;
    return field.text !== (proposal.known.get(field) ?? field.saved);
  }

  private async put(field: Field): Promise<void> {
    const { name, text: content } = field;
    if (!(await this.isFit(field))) return;
    const { proposal } = this;
    const base = proposal.madeFrom.get(field) ?? field.base;
    const keeping = this.keepHere(field);
    try {
      const revision = await this.send(name, changeOf(field), base);
      await this.isKept(this.ownerOf(name, field), content, revision, base);
    } catch (error) {
      await keeping;
      const owner = this.ownerOf(name, field);
      if (error instanceof Unreachable || error instanceof Disconnected) this.soon(owner, RETRY);
      else if (error instanceof Refused) await this.refused(owner, error, content, base);
      else throw error;
    }
    this.project.changed(this.ownerOf(name, field));
  }

  /** The field that has the name in which a text was sent: its file may have been renamed meanwhile. */
  private ownerOf(name: string, field: Field): Field {
    return this.project.fields.get(name) ?? field;
  }

  /** What is on its way for one field, or waits, goes on for another one that has its text now. */
  move(from: Field, to: Field): void {
    for (const timers of [this.timers, this.backups]) {
      window.clearTimeout(timers.get(from));
      timers.delete(from);
    }
    const putting = this.putting.get(from);
    if (putting) this.putting.set(to, putting.finally(() => this.putting.delete(to)));
    moveEntry(this.backedUp, from, to);
    if (this.isBehind(to)) this.soon(to);
  }

  /** By the socket; by a request of its own where there is no line, or the page goes away: that is sent all the same. */
  private async send(target: string, value: Change, base_version: number): Promise<number> {
    const { gateway, isLive } = this.project;
    const revision = this.proposal.staged.get(target)?.revision ?? 0;
    const isLeaving = document.hidden || this.isLeaving;
    if (!isLive || isLeaving) return this.proposal.server.stage(target, value, base_version, revision, isLeaving);
    const facts = { proposal_id: this.proposal.id, target, base_version, revision, value };
    return (await gateway.request("proposal.stage", facts, { repeat: true })).revision;
  }

  private async isKept(field: Field, content: string, revision: number, base: number): Promise<void> {
    this.proposal.isSubmitted = false;
    this.proposal.hasStaged(field, content, revision, base);
    field.keptAt = new Date();
    field.unkept = field.unstorable = null;
    if (field.text === content) await this.letGo(field);
    else this.soon(field);
  }

  private async refused(field: Field, { problem }: Refused, content: string, base: number): Promise<void> {
    const { proposal } = this;
    const other = (problem["fields"] as Record<string, { theirs: string | null; revision: number }> | undefined)?.[field.name];
    if (problem.code === "stale_base" && other) {
      const theirs = other.theirs ?? "";
      if (theirs === content) return this.isKept(field, content, other.revision, base);
      const known = proposal.known.get(field) ?? field.saved;
      proposal.elsewhere.set(field, { base: known, theirs, revision: other.revision });
      this.project.notice({ kind: "elsewhere", field });
    } else if (problem.status === 404 || problem.code === "conflict") {
      await this.lookAgain(field, problem.detail);
    } else {
      await this.unkept(field, problem.detail);
      if (problem.status === 503 || problem.status === 429) this.soon(field, Number(problem["retry_after"] ?? RETRY / 1000) * 1000);
    }
  }

  /** It may have ended; otherwise there is too much in it. */
  private async lookAgain(field: Field, why: string): Promise<void> {
    const { proposal } = this;
    try {
      proposal.learn(await proposal.server.state());
    } catch (error) {
      if (!(error instanceof Refused)) return;
      if (error.problem.status === 404) proposal.end(null);
    }
    if (!proposal.hasEnded) await this.unkept(field, why);
  }

  private async isFit(field: Field): Promise<boolean> {
    const { textLimit } = this.project;
    field.unstorable = findUnstorable(field.text, textLimit);
    if (!field.unstorable) return true;
    await this.unkept(field, explainUnstorable(field.unstorable, field.text, textLimit));
    return false;
  }

  /** The server does not take the text: the page says so, and this browser keeps it. */
  private async unkept(field: Field, why: string): Promise<void> {
    field.keptAt = null;
    const isHere = await this.keepHere(field);
    field.unkept = { title: say("unkept", { field: field.label }), why, where: say(isHere ? "unkept.here" : "unkept.nowhere") };
    this.project.changed(field);
  }

  private keepHereSoon(field: Field): void {
    if (this.backups.has(field)) return;
    const keep = () => {
      this.backups.delete(field);
      void this.keepHere(field);
    };
    this.backups.set(field, window.setTimeout(keep, AT_ONCE));
  }

  /** Keep in this browser what the server does not have; resolves to whether it is kept. */
  async keepHere(field: Field): Promise<boolean> {
    if (!this.isBehind(field) && !this.proposal.elsewhere.has(field)) return true;
    const key = this.backedUp.get(field) ?? newReference();
    this.backedUp.set(field, key);
    const revision = this.proposal.staged.get(field.name)?.revision ?? 0;
    const version = this.proposal.madeFrom.get(field) ?? field.base;
    const { session } = this.project;
    return this.backup.keep({ field: field.name, key, session, token: null, revision, earlier: [], version, content: field.text });
  }

  /** This browser needs to keep the field's text no more. */
  async letGo(field: Field): Promise<void> {
    const key = this.backedUp.get(field);
    this.backedUp.delete(field);
    if (key !== undefined) await this.backup.remove(field.name, key);
  }

  private flush(): void {
    // Who stays after all goes on by the socket.
    this.isLeaving = true;
    for (const field of this.project.fields.values()) {
      void this.keepHere(field);
      void this.now(field);
    }
    window.setTimeout(() => (this.isLeaving = false));
  }

  /** A text that would be lost if the page went now holds its reader back. */
  private leaving(event: BeforeUnloadEvent): void {
    for (const field of this.project.fields.values()) {
      if (this.isBehind(field) && !this.backedUp.has(field) && field.unkept) event.preventDefault();
    }
    this.flush();
  }
}

/** Why the page itself does not go on, as the server would say it. */
export function refusal(code: string, words: string): Refused {
  return new Refused({ code, status: 409, title: words, detail: words });
}

/** Where this browser keeps the texts of a proposal. */
export function placeOf(project: string, proposal: string): string {
  return `${project}:${proposal}`;
}

/** The field's text as a save would send it. */
export function changeOf(field: Field, content = field.text): Change {
  if (!field.keepsLineEnds) return content;
  // The language of a new file is the server's to decide, by its path.
  return field.exists ? { language: field.language || null, content } : { content };
}
