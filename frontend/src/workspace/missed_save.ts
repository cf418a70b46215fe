import type { Field } from "./field";
import type { ProjectState } from "./state";

/** A save that waited for the network when its page was closed or reloaded. */
export interface MissedSave {
  at: string;
  /** The current version at that time. */
  version: number;
  message: string;
  /** What was to be saved: the fields, and the locks under which they were written. */
  fields: { name: string; token: number | null }[];
}

/** Remembers in this tab that a save waits, so that the page can say after a reload that it was not made. */
export class MissedSaves {
  private readonly key: string;

  constructor(private readonly project: ProjectState) {
    this.key = `foundry.missed-save.${project.id}.${project.me.id}`;
  }

  remember(waiting: Field[], message: string): void {
    const fields = waiting.map(({ name, token }) => ({ name, token }));
    const save: MissedSave = { at: new Date().toISOString(), version: this.project.version, message, fields };
    sessionStorage.setItem(this.key, JSON.stringify(save));
  }

  forget(): void {
    sessionStorage.removeItem(this.key);
  }

  recall(): MissedSave | null {
    return JSON.parse(sessionStorage.getItem(this.key) ?? "null") as MissedSave | null;
  }
}
