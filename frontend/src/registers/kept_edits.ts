import { KeptHere } from "../kept_here";
import { hold } from "../tabs";
import type { Edit, Store } from "./edits";

/** Milliseconds that the page before this one in its tab has to go; in a copied tab, it stays. */
const PATIENCE = 2_000;

/**
 * Edits of one table in this browser: they are there again after a reload, and after the end of a tab, however it came.
 * Each page keeps its own; a page that is no more leaves them to the next one that shows the table.
 */
export class KeptEdits implements Store {
  private readonly here: KeptHere<Edit[]>;
  private readonly memory: string;
  private readonly id = crypto.randomUUID();

  constructor(project: string, facet: string, person: string) {
    this.here = new KeptHere(person, `cells.${project}.${facet}`);
    this.memory = `foundry.cells.${project}.${facet}`;
    hold(nameOf(this.id));
  }

  write(edits: Edit[]): void {
    if (edits.length > 0) this.here.keep(this.id, edits);
    else this.here.remove(this.id);
  }

  /** What pages that are no more have left here; `take` gets it, and it is this page's from then on. */
  recover(take: (edits: Edit[]) => void): void {
    const before = sessionStorage.getItem(this.memory);
    sessionStorage.setItem(this.memory, this.id);
    for (const id of this.here.all().keys()) {
      if (id === this.id) continue;
      const mine = () => {
        const edits = this.here.all().get(id);
        if (!edits) return;
        take(edits);
        this.here.remove(id);
      };
      // Without locks nobody knows which pages live: what this tab had itself is certain.
      if (!navigator.locks) {
        if (id === before) mine();
      } else if (id === before) void navigator.locks.request(nameOf(id), { signal: AbortSignal.timeout(PATIENCE) }, mine).catch(() => undefined);
      else void navigator.locks.request(nameOf(id), { ifAvailable: true }, (lock) => lock && mine());
    }
  }
}

function nameOf(id: string): string {
  return `foundry.cells.${id}`;
}
