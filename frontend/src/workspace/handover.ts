import type { Person } from "../protocol";
import type { Autosave } from "./autosave";
import type { Field } from "./field";
import type { KeptTexts } from "./kept_texts";
import type { Locks } from "./locks";
import type { ProjectState } from "./state";
import type { Watching } from "./watching";

/** How long the server keeps a request (docs/gateway.md, "Commands"). */
const REQUEST_LIFETIME = 60_000;

interface HandoverParts {
  autosave: Autosave;
  kept: KeptTexts;
  locks: Locks;
  watching: Watching;
}

/** Fields that change hands: asked for, handed over, taken over, or moved here from another window of the same person. */
export class Handover {
  private readonly expiries = new Map<Field, number>();

  constructor(
    private readonly project: ProjectState,
    private readonly parts: HandoverParts,
  ) {}

  async ask(field: Field, message: string): Promise<void> {
    await this.project.gateway.request("lock.request", { field: field.name, message });
    this.setAsked(field, new Date());
    this.expiries.set(field, window.setTimeout(() => this.setAsked(field, null), REQUEST_LIFETIME));
  }

  async withdraw(field: Field): Promise<void> {
    await this.project.gateway.request("lock.withdraw_request", { field: field.name });
    this.setAsked(field, null);
  }

  async handOver(field: Field, to: string): Promise<void> {
    await this.parts.autosave.now(field);
    await this.project.gateway.request("lock.hand_over", { field: field.name, to });
  }

  async keep(field: Field, to: string): Promise<void> {
    await this.project.gateway.request("lock.keep", { field: field.name, to });
  }

  async takeOver(field: Field, reason: string): Promise<void> {
    await this.parts.locks.hold(field, await this.project.gateway.request("lock.take_over", { field: field.name, reason }));
  }

  /** Go on here with what this person writes in another window of theirs: what was seen of it live is the text here. */
  async continueHere(field: Field): Promise<void> {
    const { autosave, kept, locks } = this.parts;
    const session = field.lock?.session_id;
    const text = field.isWatched ? field.text : null;
    await this.project.gateway.request("lock.hand_over", { field: field.name, to: this.project.session });
    if (!(await locks.received(field)) || text === null || text === field.text) return;
    field.replace(text, { typed: true });
    this.project.changed(field);
    // Words that were typed there meanwhile, and not seen here, are offered instead.
    const token = await kept.lastTokenOf(field, session, text);
    if (token === null) return;
    await autosave.now(field);
    field.continued.add(token);
    await kept.consume(field);
  }

  /** Look at the current text in place of one's own, which is offered again. */
  async watch(field: Field): Promise<void> {
    const { autosave, kept, watching } = this.parts;
    const isSafe = (await autosave.keepHere(field, field.text)) || (await kept.has(field));
    if (!isSafe || !(await kept.setAside(field))) {
      this.project.notice({ kind: "not_safe", field });
      return;
    }
    autosave.backedUp.delete(field);
    const { text, version } = field.moved ?? { text: field.saved, version: field.base };
    field.replace(text);
    field.settle(text, version);
    field.continued.clear();
    watching.join(field);
    await kept.begin({ resumes: false });
    this.project.changed(field);
  }

  /** What somebody else says of a field of ours, or of one that we asked for. */
  onEphemeral(name: string, actor: Person, data: Record<string, unknown>): void {
    const field = this.project.fields.get(String(data["field"]));
    if (!field) return;
    const asker = String(data["session_id"] ?? "");
    const values = { name: actor.display_name, to: asker, message: String(data["message"] ?? "") };
    if (name === "lock.requested" && field.isHeld) this.project.notice({ kind: "asked", field, values });
    if (name === "lock.request_withdrawn") this.project.notice({ kind: "asked_no_more", field, values });
    if (name === "lock.kept" && asker === this.project.session) {
      this.setAsked(field, null);
      this.project.notice({ kind: "kept_refused", field, values });
    }
  }

  private setAsked(field: Field, at: Date | null): void {
    window.clearTimeout(this.expiries.get(field));
    field.asked = at;
    this.project.changed(field);
  }
}
