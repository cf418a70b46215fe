import type { Present } from "../protocol";
import { fetchPlaces, type Place, Unreachable } from "./server";

/** Where people can be in a project beside its fields, such as pads. The server is asked once somebody is there. */
export class Places {
  /** By what presence calls them; null for what the server does not know. */
  private readonly known = new Map<string, Place | null>();
  private isAsking = false;

  constructor(
    private readonly url: string,
    private readonly changed: () => void,
  ) {}

  /** What Django has written into the page. */
  learn(name: string, place: Place): void {
    this.known.set(name, place);
  }

  /** The first of these names that is a place; undefined where none is, or not yet known. */
  find(names: readonly string[]): Place | undefined {
    for (const name of names) {
      const place = this.known.get(name);
      if (place) return place;
    }
    return undefined;
  }

  /** Ask for the places of these people that are not known; `isField` says what is none. */
  async ask(present: readonly Present[], isField: (name: string) => boolean): Promise<void> {
    const names = present.flatMap(({ fields }) => fields).filter((name) => !isField(name) && !this.known.has(name));
    if (names.length === 0 || this.isAsking) return;
    this.isAsking = true;
    try {
      const found = await fetchPlaces(this.url);
      for (const name of names) this.known.set(name, found[name] ?? null);
      this.changed();
    } catch (error) {
      // Presence comes again in a while, and with it the next try.
      if (!(error instanceof Unreachable)) throw error;
    } finally {
      this.isAsking = false;
    }
  }
}
