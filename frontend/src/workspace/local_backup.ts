/** A text that the server does not have, kept in this browser for its writer until it does. */
export interface BackupText {
  person: string;
  project: string;
  field: string;
  session: string;
  content: string;
  at: Date;
}

const NAME = "foundry";
const STORE = "spare-texts";

/** This person's texts of one project that are kept in this browser. IndexedDB, because texts may be larger than its rival holds. */
export class LocalBackup {
  private opening: Promise<IDBDatabase> | null = null;

  constructor(
    private readonly person: string,
    private readonly project: string,
  ) {}

  /** Whether the text is kept now; some browsers keep nothing, and say so only here. */
  async keep(field: string, session: string, content: string): Promise<boolean> {
    const text: BackupText = { person: this.person, project: this.project, field, session, content, at: new Date() };
    return this.act("readwrite", (store) => store.put(text)).then(
      () => true,
      () => false,
    );
  }

  async remove(field: string): Promise<void> {
    await this.act("readwrite", (store) => store.delete([this.person, this.project, field])).catch(() => undefined);
  }

  async all(): Promise<BackupText[]> {
    const own = IDBKeyRange.bound([this.person, this.project], [this.person, this.project, []]);
    return this.act<BackupText[]>("readonly", (store) => store.getAll(own)).catch(() => []);
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
