import { ChangeSet } from "@codemirror/state";
import { clearTyped, markTyped, setWriter } from "../editor/remote";
import { Disconnected, Refused } from "../gateway";
import type { Person } from "../protocol";
import { type Field, fromServer } from "./field";
import type { ProjectState } from "./state";

interface Change {
  revision: number;
  changes: unknown[];
}

interface Watched {
  session: string;
  /** The writer's revision that this text shows. */
  revision: number;
  /** What has arrived beyond it. */
  ahead: Map<number, unknown[]>;
  asking: boolean;
}

const ASK_AGAIN = 400;
/** By then the writer's text is kept (`autosave.ts`), if there is any that is not saved. */
const SETTLED = 1_300;
const MAX_AHEAD = 500;
const MARK_FOR = 3_000;

/** Lets this person see what the holder of a field types, as it is typed. */
export class Watching {
  private readonly watched = new Map<Field, Watched>();
  private readonly clearing = new Map<Field, number>();

  constructor(private readonly project: Pick<ProjectState, "fields" | "gateway" | "session">) {}

  /** Somebody else has the field from now on: their text begins as what is saved. */
  begin(field: Field, session: string): void {
    this.watched.set(field, { session, revision: 0, ahead: new Map(), asking: false });
    field.isWatched = true;
  }

  /** Somebody else had the field already: their text is asked for. */
  join(field: Field): void {
    if (!field.lock || field.lock.session_id === this.project.session || field.isDirty) return;
    if (!this.watched.has(field)) this.begin(field, field.lock.session_id);
    void this.ask(field);
    // What was typed just before we came may not have been kept yet.
    this.askLater(field);
  }

  /** Nobody else writes here any more; unless it was saved, what they typed goes. */
  end(field: Field): void {
    if (!this.watched.delete(field)) return;
    field.isWatched = false;
    if (!field.state) return;
    field.replace(field.saved);
    field.apply({ effects: [setWriter.of(null), clearTyped.of(null)], annotations: fromServer.of(true) });
  }

  /** The writer saved, and may have typed on since. A text that was behind is level with what is saved now. */
  saved(field: Field): void {
    const watched = this.watched.get(field);
    if (!watched) return;
    watched.revision = Math.max(watched.revision, ...watched.ahead.keys());
    watched.ahead.clear();
    if (field.text !== field.saved) this.askLater(field);
  }

  changed(actor: Person, data: Record<string, unknown>): void {
    const field = this.project.fields.get(String(data["field"]));
    const watched = field && this.watched.get(field);
    if (!field?.state || !watched || watched.session !== data["session_id"]) return;
    const { revision, changes } = data as unknown as Change;
    if (revision <= watched.revision) return;
    watched.ahead.set(revision, changes);
    if (watched.ahead.size > MAX_AHEAD) watched.ahead.clear();
    this.apply(field, watched, actor.display_name);
    if (watched.ahead.size > 0) void this.ask(field);
  }

  /** The writer's cursor moved without typing. */
  moved(actor: Person, data: Record<string, unknown>): void {
    const field = this.project.fields.get(String(data["field"]));
    const watched = field && this.watched.get(field);
    if (!field?.state || !watched || watched.session !== data["session_id"]) return;
    this.showWriter(field, actor.display_name, Number(data["head"]));
  }

  private apply(field: Field, watched: Watched, name: string): void {
    for (let next = watched.ahead.get(watched.revision + 1); next && field.state; next = watched.ahead.get(watched.revision + 1)) {
      const changes = ChangeSet.fromJSON(next);
      if (changes.length !== field.state.doc.length) return;
      watched.revision += 1;
      watched.ahead.delete(watched.revision);
      field.apply({ changes, effects: markTyped.of(null), annotations: fromServer.of(true) });
      let head = 0;
      changes.iterChangedRanges((_fromA, _toA, _fromB, toB) => (head = toB));
      this.showWriter(field, name, head);
    }
    for (const revision of watched.ahead.keys()) if (revision <= watched.revision) watched.ahead.delete(revision);
    this.clearLater(field);
  }

  private showWriter(field: Field, name: string, head: number): void {
    const at = Math.max(0, Math.min(head, field.state?.doc.length ?? 0));
    field.apply({ effects: setWriter.of({ name, head: at }), annotations: fromServer.of(true) });
  }

  /** A revision is missing: the whole text, and what came after it. Until it is kept, ask again. */
  private async ask(field: Field): Promise<void> {
    const watched = this.watched.get(field);
    if (!watched || watched.asking) return;
    watched.asking = true;
    try {
      do {
        const { revision, content } = await this.project.gateway.request("text.get", { field: field.name });
        if (this.watched.get(field) !== watched || !field.state) return;
        // Revision 0: nothing is kept, so the writer's text is what is saved, unless changes say otherwise.
        if (revision >= watched.revision || (revision === 0 && watched.ahead.size === 0)) {
          watched.revision = Math.max(watched.revision, revision);
          field.replace(content);
        }
        this.apply(field, watched, field.lock?.holder.display_name ?? "");
        if (watched.ahead.size > 0) await new Promise((resolve) => window.setTimeout(resolve, ASK_AGAIN));
      } while (watched.ahead.size > 0);
    } catch (error) {
      if (!(error instanceof Disconnected || error instanceof Refused)) throw error;
    } finally {
      watched.asking = false;
    }
  }

  private askLater(field: Field): void {
    const watched = this.watched.get(field);
    window.setTimeout(() => {
      if (watched && this.watched.get(field) === watched) void this.ask(field);
    }, SETTLED);
  }

  private clearLater(field: Field): void {
    window.clearTimeout(this.clearing.get(field));
    this.clearing.set(
      field,
      window.setTimeout(() => field.apply({ effects: clearTyped.of(null), annotations: fromServer.of(true) }), MARK_FOR),
    );
  }
}
