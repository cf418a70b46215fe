/** What a person typed and the server does not have, in this browser: until it has, or they sign out. */

const PREFIX = "foundry.kept";

/** The entries of one place, such as one text of a record, by an id that one tab has. */
export class KeptHere<Entry> {
  private readonly prefix: string;

  constructor(person: string, place: string) {
    this.prefix = `${PREFIX}.${person}.${place}.`;
  }

  /** Whether it is kept now; some browsers keep nothing, and none keeps everything. */
  keep(id: string | number, entry: Entry): boolean {
    try {
      localStorage.setItem(this.prefix + id, JSON.stringify(entry));
      return true;
    } catch {
      return false;
    }
  }

  remove(id: string | number): void {
    localStorage.removeItem(this.prefix + id);
  }

  all(): Map<string, Entry> {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(this.prefix));
    return new Map(keys.map((key) => [key.slice(this.prefix.length), JSON.parse(localStorage.getItem(key) ?? "null") as Entry]));
  }
}

/** Somebody signs out: nothing of theirs is left in this browser. */
export function forgetKeptHere(person: string): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(`${PREFIX}.${person}.`)) localStorage.removeItem(key);
}
