// Each way out of a view that the web platform has; `target` names a server that counts. What each answered is drawn.
const { sink, packets } = target;
const found = {};
const refused = (no) => () => no(new Error("refused"));
const late = () => new Promise((_, no) => setTimeout(refused(no), 1_500));

async function attempt(name, act) {
  try {
    found[name] = String(await Promise.race([act(), late()]));
  } catch (error) {
    found[name] = `! ${error.name}`;
  }
}

function opened(made) {
  return new Promise((ok, no) => {
    made.onopen = () => ok("open");
    made.onerror = refused(no);
  });
}

function answered(worker) {
  return new Promise((ok, no) => {
    worker.onmessage = () => ok("ran");
    worker.onerror = refused(no);
  });
}

const WAYS = {
  fetch: () => fetch(`${sink}/fetch`, { mode: "no-cors" }).then((answer) => answer.type),
  post: () => fetch(`${sink}/post`, { method: "POST", mode: "no-cors", body: "x", keepalive: true }),
  xhr: () => {
    const request = new XMLHttpRequest();
    request.open("GET", `${sink}/xhr`, false);
    request.send();
    return request.status;
  },
  websocket: () => opened(new WebSocket(`${sink.replace("http", "ws")}/ws`)),
  eventsource: () => opened(new EventSource(`${sink}/es`)),
  webtransport: () => new WebTransport(`${sink.replace("http", "https")}/wt`).ready,
  import: () => import(`${sink}/import.js`),
  importScripts: () => importScripts(`${sink}/scripts.js`),
  rtc: () => {
    const connection = new RTCPeerConnection({ iceServers: [{ urls: `stun:127.0.0.1:${packets}` }] });
    connection.createDataChannel("x");
    return connection.createOffer().then((offer) => connection.setLocalDescription(offer));
  },
  database: () => indexedDB.open("x"),
  caches: () => caches.open("x"),
  files: () => navigator.storage.getDirectory(),
  eval: () => eval("1 + 1"),
  function: () => new Function("return 1")(),
  font: () => new FontFace("x", `url(${sink}/font)`).load(),
  // These may answer; whether they reach anybody, the server knows.
  beacon: () => navigator.sendBeacon?.(`${sink}/beacon`, "x"),
  channel: () => new BroadcastChannel("foundry").postMessage("stolen"),
  location: () => (self.location.href = `${sink}/location`),
  worker: () => answered(new Worker(URL.createObjectURL(new Blob([`fetch("${sink}/worker").catch(() => 0); postMessage(1)`])))),
  document: () => typeof document,
  origin: () => self.origin,
};

(async () => {
  for (const [name, act] of Object.entries(WAYS)) await attempt(name, act);
  foundry.draw(["pre", {}, JSON.stringify(found)]);
})();
