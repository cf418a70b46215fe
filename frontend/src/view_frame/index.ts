// The only script of the frame in which code of modules runs. The frame has an opaque origin and may load nothing. The
// code runs in a worker within it, which has neither a page nor WebRTC; texts go through the port that the page sends.

const MOST_PER_SECOND = 1_000;
const MOST_CHARACTERS = 2_000_000;

/** What the code finds before it runs: `foundry`, through which it reads rows, draws and stages changes. */
const PRELUDE = `
const foundry = (() => {
  const post = self.postMessage.bind(self);
  const asked = new Map();
  const listeners = { rows: [], act: [] };
  let last = 0;
  self.addEventListener("message", ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === "ping") post(JSON.stringify({ type: "pong" }));
    else if (message.type === "answer") {
      const { resolve, reject } = asked.get(message.id) ?? {};
      asked.delete(message.id);
      if (message.error) reject?.(new Error(message.error));
      else resolve?.(message.value);
    } else for (const listener of listeners[message.type] ?? []) listener(message);
  });
  const ask = (message) => new Promise((resolve, reject) => {
    const id = ++last;
    asked.set(id, { resolve, reject });
    post(JSON.stringify({ ...message, id }));
  });
  return Object.freeze({
    onRows: (listener) => void listeners.rows.push(({ tables }) => listener(tables)),
    onAct: (listener) => void listeners.act.push(({ name, value }) => listener(name, value)),
    draw: (tree) => post(JSON.stringify({ type: "draw", tree })),
    stage: (changes) => ask({ type: "stage", changes }),
  });
})();
`;

function run(source: string, port: MessagePort): void {
  const address = URL.createObjectURL(new Blob([PRELUDE, source], { type: "text/javascript" }));
  const worker = new Worker(address, { name: "view" });
  let [second, count] = [0, 0];
  const end = (why: string, words = "") => {
    worker.terminate();
    port.postMessage(JSON.stringify({ type: "ended", why, words }));
  };
  worker.onmessage = ({ data }) => {
    const now = Math.floor(performance.now() / 1_000);
    if (now !== second) [second, count] = [now, 0];
    count += 1;
    if (count > MOST_PER_SECOND) end("flood");
    else if (typeof data !== "string" || data.length > MOST_CHARACTERS) end("size");
    else port.postMessage(data);
  };
  worker.onmessageerror = () => end("size");
  worker.onerror = (error) => {
    error.preventDefault();
    end("error", `${error.message} (${error.lineno})`);
  };
  port.onmessage = ({ data }) => worker.postMessage(data);
}

addEventListener(
  "message",
  ({ source, data, ports: [port] }) => {
    if (source === parent && port && typeof data === "string") run(data, port);
  },
  { once: true },
);
parent.postMessage("view-frame:ready", "*");
