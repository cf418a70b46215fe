/** What somebody wrote in pads and the server does not have, in this browser: until it has, or they sign out. */

const NAME = "foundry.pads";
const UPDATES = "updates";
const TEXTS = "texts";
const OF_PERSON = "of_person";
/** Says to the other tabs whose writing is to be forgotten. */
const CHANNEL = "foundry.pads.forgotten";

/** A Yjs update that was not acknowledged. */
export interface KeptUpdate {
  id: string;
  person: string;
  pad: string;
  epoch: number;
  writer: number;
  update: Uint8Array;
  at: number;
}

/** The text that somebody had, and the one of the server under it: for a document that was renewed meanwhile. */
export interface KeptText {
  person: string;
  pad: string;
  epoch: number;
  writer: number;
  revision: number;
  base: string;
  own: string;
  at: number;
}

export class KeptWriting {
  private opening: Promise<IDBDatabase> | null = null;
  /** Its person has signed out: nothing more is kept until they are back. */
  private isForgotten = false;

  constructor(
    private readonly person: string,
    private readonly pad: string,
  ) {
    new BroadcastChannel(CHANNEL).addEventListener("message", ({ data }: MessageEvent<string>) => {
      if (data !== this.person) return;
      this.isForgotten = true;
      // Something may have been kept while the other tab forgot.
      void forgetOf(this.person).catch(() => undefined);
    });
  }

  /** Its person is here. */
  resume(): void {
    this.isForgotten = false;
  }

  /** Whether it is kept now; some browsers keep nothing. */
  async keep(update: Omit<KeptUpdate, "person" | "pad">): Promise<boolean> {
    if (this.isForgotten) return false;
    return this.act(UPDATES, "readwrite", (store) => store.put({ ...update, person: this.person, pad: this.pad })).then(
      () => true,
      () => false,
    );
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) await this.act(UPDATES, "readwrite", (store) => store.delete(id)).catch(() => undefined);
  }

  async all(): Promise<KeptUpdate[]> {
    const found = await this.act<KeptUpdate[]>(UPDATES, "readonly", (store) =>
      store.index(OF_PERSON).getAll([this.person, this.pad]),
    ).catch(() => []);
    return found.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  }

  async keepText(text: Omit<KeptText, "person" | "pad">): Promise<void> {
    if (this.isForgotten) return;
    await this.act(TEXTS, "readwrite", (store) => store.put({ ...text, person: this.person, pad: this.pad })).catch(() => undefined);
  }

  async removeText(epoch: number, writer: number): Promise<void> {
    await this.act(TEXTS, "readwrite", (store) => store.delete([this.person, this.pad, epoch, writer])).catch(() => undefined);
  }

  async texts(): Promise<KeptText[]> {
    return this.act<KeptText[]>(TEXTS, "readonly", (store) => store.index(OF_PERSON).getAll([this.person, this.pad])).catch(() => []);
  }

  private async act<Answer>(name: string, mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<Answer>): Promise<Answer> {
    const database = await (this.opening ??= open());
    return finished(database, name, mode, ask);
  }
}

/** Somebody signs out: what they wrote and could not send is not left in this browser, whatever their other tabs do. */
export async function forgetKeptWriting(person: string): Promise<void> {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(person);
  channel.close();
  await forgetOf(person);
}

async function forgetOf(person: string): Promise<void> {
  const database = await open();
  const range = IDBKeyRange.bound([person], [person, []]);
  await Promise.all(
    [UPDATES, TEXTS].map((name) =>
      finished(database, name, "readwrite", (store) => {
        const keys = store.index(OF_PERSON).getAllKeys(range);
        keys.onsuccess = () => keys.result.forEach((key) => store.delete(key));
        return keys;
      }),
    ),
  );
  database.close();
}

function finished<Answer>(
  database: IDBDatabase,
  name: string,
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<Answer>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(name, mode);
    const request = ask(transaction.objectStore(name));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error(name));
  });
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      const database = request.result;
      database.createObjectStore(UPDATES, { keyPath: "id" }).createIndex(OF_PERSON, ["person", "pad"]);
      database.createObjectStore(TEXTS, { keyPath: ["person", "pad", "epoch", "writer"] }).createIndex(OF_PERSON, ["person", "pad"]);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error(NAME));
  });
}
