import type { Edit, Store } from "./edits";

const PREFIX = "foundry.cells.";

/** Edits of one table in this tab: they are there again after a reload. */
export class KeptEdits implements Store {
  private readonly name: string;

  constructor(project: string, facet: string, person: string) {
    this.name = `${PREFIX}${person}.${project}.${facet}`;
  }

  read(): Edit[] {
    return JSON.parse(sessionStorage.getItem(this.name) ?? "[]") as Edit[];
  }

  write(edits: Edit[]): void {
    if (edits.length > 0) sessionStorage.setItem(this.name, JSON.stringify(edits));
    else sessionStorage.removeItem(this.name);
  }
}

/** Somebody signs out: nothing of theirs is left in this tab. */
export function forgetKeptEdits(person: string): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(`${PREFIX}${person}.`)) sessionStorage.removeItem(key);
}
