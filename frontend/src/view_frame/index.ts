// The only script of the frame in which code of modules runs. The frame has an opaque origin and may load nothing. The
// code runs in a worker, which has neither a page nor WebRTC. That belongs to another worker, which counts what it sends:
// no thread that a page needs is kept busy. Texts go through the port that the page sends.
// It is one file: a script with imports would be a module, which the frame could not load.

interface Scope {
  postMessage: (message: string) => void;
  addEventListener: (type: "message", listener: (event: { data: string }) => void) => void;
}

interface Page<Row> {
  rows: Row[];
  next: string | null;
}

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/**
 * What the code finds before it runs, as `foundry-view.d.ts` describes it for authors. The function is turned into text and
 * runs in the worker: it uses nothing but its own names, its parameter, and what a worker has.
 */
function makeClient(scope: Scope) {
  const post = scope.postMessage.bind(scope);
  const MOST_ROWS = 20_000;
  const asked = new Map<number, Waiting>();
  const named = new Map<string, Set<(value: unknown, name: string) => void>>();
  const changed = new Set<(names: string[]) => void>();
  const settled = new Set<(how: string) => void>();
  let last = 0;

  class FoundryError extends Error {
    override name = "FoundryError";
    constructor(
      message: string,
      readonly code: string,
      readonly capability: string | null,
    ) {
      super(message);
    }
  }

  // The first letter says what a message is, so that the page need not read all of it.
  const send = (kind: string, body: unknown) => post(kind + JSON.stringify(body));

  function ask(what: string, body: object): Promise<unknown> {
    const id = ++last;
    return new Promise((resolve, reject) => {
      asked.set(id, { resolve, reject });
      send("a", { id, what, body });
    });
  }

  function listen<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  function each<Listener>(listeners: Iterable<Listener>, call: (listener: Listener) => void): void {
    for (const listener of [...listeners]) call(listener);
  }

  async function whole<Row>(read: (after: string | null) => Promise<Page<Row>>): Promise<Row[]> {
    const found: Row[] = [];
    let after: string | null = null;
    do {
      const page: Page<Row> = await read(after);
      found.push(...page.rows);
      after = page.next;
    } while (after !== null && found.length < MOST_ROWS);
    return found;
  }

  type Message = { type: string; id: number; value: unknown; error: { code: string; message: string; capability: string | null } | null; name: string; names: string[]; how: string };

  scope.addEventListener("message", ({ data }) => {
    const message = JSON.parse(data) as Message;
    if (message.type === "ping") post("p");
    else if (message.type === "act") each(named.get(message.name) ?? [], (listener) => listener(message.value, message.name));
    else if (message.type === "changed") each(changed, (listener) => listener(message.names));
    else if (message.type === "settled") each(settled, (listener) => listener(message.how));
    else if (message.type === "answer") {
      const waiting = asked.get(message.id);
      asked.delete(message.id);
      if (message.error) waiting?.reject(new FoundryError(message.error.message, message.error.code, message.error.capability));
      else waiting?.resolve(message.value);
    }
  });

  const rows = (table: string, options: object = {}) => ask("rows", { ...options, table }) as Promise<Page<object>>;
  const links = (relation: string, { from, to, ...options }: { from?: string[]; to?: string[] } = {}) =>
    ask("links", { ...options, ...(from && { sources: from }), ...(to && { targets: to }), relation }) as Promise<Page<object>>;

  return Object.freeze({
    tables: () => ask("tables", {}),
    rows,
    links,
    allRows: (table: string, options: object = {}) => whole((after) => rows(table, { ...options, after })),
    allLinks: (relation: string, options: object = {}) => whole((after) => links(relation, { ...options, after } as object)),
    text: (field: string) => ask("text", { field }),
    propose: (changes: object[]) => ask("propose", { changes }),
    draw: (...trees: unknown[]) => send("d", trees),
    h: (name: string, attributes: object | null = null, ...children: unknown[]) => [name, attributes ?? {}, ...children],
    on(name: string, listener: (value: unknown, name: string) => void) {
      const listeners = named.get(name) ?? new Set();
      named.set(name, listeners);
      return listen(listeners, listener);
    },
    onChange: (listener: (names: string[]) => void) => listen(changed, listener),
    onSettled: (listener: (how: string) => void) => listen(settled, listener),
    Error: FoundryError,
  });
}

/** Runs code, and passes on what it sends; turned into text and run in a worker, as `makeClient`. */
function guard(scope: { close: () => void; onmessage: ((event: MessageEvent<{ prelude: string; source: string; port: MessagePort }>) => void) | null }): void {
  const MOST_PER_SECOND = 1_000;
  const MOST_CHARACTERS = 2_000_000;
  const MOST_CHARACTERS_PER_SECOND = 6_000_000;

  scope.onmessage = ({ data: { prelude, source, port } }) => {
    const address = URL.createObjectURL(new Blob([prelude, source], { type: "text/javascript" }));
    const worker = new Worker(address, { name: "view" });
    const lines = prelude.split("\n").length - 1;
    let [second, count, characters, isEnded] = [0, 0, 0, false];
    const end = (why: string, words = "") => {
      if (isEnded) return;
      isEnded = true;
      worker.terminate();
      port.postMessage(`e${JSON.stringify({ why, words })}`);
      scope.close();
    };
    worker.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (isEnded) return;
      const now = Math.floor(performance.now() / 1_000);
      if (now !== second) [second, count, characters] = [now, 0, 0];
      count += 1;
      if (typeof data !== "string" || data.length > MOST_CHARACTERS) return end("size");
      characters += data.length;
      if (count > MOST_PER_SECOND) end("flood");
      else if (characters > MOST_CHARACTERS_PER_SECOND) end("size");
      else if ("adp".includes(data[0] ?? "?")) port.postMessage(data);
    };
    worker.onmessageerror = () => end("size");
    worker.onerror = (error) => {
      error.preventDefault();
      end("error", `${error.message} (${error.lineno - lines})`);
    };
    port.onmessage = ({ data }: MessageEvent<unknown>) => worker.postMessage(data);
  };
}

addEventListener(
  "message",
  ({ source, data, ports: [port] }) => {
    if (source !== parent || !port || typeof data !== "string") return;
    const address = URL.createObjectURL(new Blob([`(${guard.toString()})(self);`], { type: "text/javascript" }));
    const prelude = `const foundry = (${makeClient.toString()})(self);\n`;
    new Worker(address, { name: "guard" }).postMessage({ prelude, source: data, port }, [port]);
  },
  { once: true },
);
parent.postMessage("view-frame:ready", "*");
