/** A text that the server does not have, kept in this browser for its writer until it does. */
export interface BackupText {
  person: string;
  project: string;
  field: string;
  /** One of several texts of the same field: what was set aside is not overwritten by what is written next. */
  key: string;
  session: string;
  /** The lock under which it was written, and its revision there; null without one. */
  token: number | null;
  revision: number;
  /** Locks that had ended before, and whose text this one continues. */
  earlier: number[];
  /** The version that it was made from; 0 before there was any. */
  version: number;
  content: string;
  at: Date;
}

const NAME = "foundry";
const STORE = "spare-texts";
/** Between a field's name and the key of its text, which are one part of the store's key; no field's name has it. */
const SEPARATOR = "\n";

/** This person's texts of one project that are kept in this browser. IndexedDB, because texts may be larger than its rival holds. */
export class LocalBackup {
  private opening: Promise<IDBDatabase> | null = null;

  constructor(
    private readonly person: string,
    private readonly project: string,
  ) {}

  /** Whether the text is kept now; some browsers keep nothing, and say so only here. */
  async keep({ field, key, ...facts }: Omit<BackupText, "person" | "project" | "at">): Promise<boolean> {
    const text = { ...facts, person: this.person, project: this.project, field: field + SEPARATOR + key, at: new Date() };
    return this.act("readwrite", (store) => store.put(text)).then(
      () => true,
      () => false,
    );
  }

  async remove(field: string, key: string): Promise<void> {
    // An earlier release kept one text of a field, without a key.
    const part = key ? field + SEPARATOR + key : field;
    await this.act("readwrite", (store) => store.delete([this.person, this.project, part])).catch(() => undefined);
  }

  async all(): Promise<BackupText[]> {
    const own = IDBKeyRange.bound([this.person, this.project], [this.person, this.project, []]);
    const kept = await this.act<BackupText[]>("readonly", (store) => store.getAll(own)).catch(() => []);
    return kept.map((text) => {
      const [field = "", key = ""] = text.field.split(SEPARATOR);
      // What an earlier release kept has none of these.
      const { token = null, revision = 0, earlier = [], version = 0 } = text;
      return { ...text, field, key, token, revision, earlier, version };
    });
  }

  /** What comes after this project's id and a colon, in the places that begin so: the ids of proposals. */
  async placesUnder(): Promise<string[]> {
    const begin = `${this.project}:`;
    const range = IDBKeyRange.bound([this.person, begin], [this.person, `${this.project};`], false, true);
    const keys = await this.act<IDBValidKey[]>("readonly", (store) => store.getAllKeys(range)).catch(() => []);
    return [...new Set(keys.map((key) => String((key as IDBValidKey[])[1]).slice(begin.length)))];
  }

  private async act<Answer>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<Answer>): Promise<Answer> {
    const database = await (this.opening ??= open());
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = ask(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error(STORE));
    });
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: ["person", "project", "field"] });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error(NAME));
  });
}
