// Everybody types in one text: `node writers.mjs` reads JSON from standard input, and writes what was found as JSON.
//
// Read: {side: "pads" | "hocuspocus", writers, seconds, ports, …} with `project`, `pad`, `tokens`, or with `document`.
// Written: {p50, p99, measured, keys, acknowledged, missing, once, equal, closed, problems, lag, busy}, times in ms.
// A key is measured from the moment before it is sent to the moment when a reader's document has it, once for each of
// the other readers. `lag` is the delay of this process itself (99th percentile), `busy` its share of a core.

import { text as readAll } from "node:stream/consumers"
import { setTimeout as sleep } from "node:timers/promises"
import { monitorEventLoopDelay } from "node:perf_hooks"
import * as Y from "yjs"
import { HocuspocusConnection, PadConnection } from "./sides.mjs"

// So many writers have a document of the whole text, and measure; the others receive everything, too.
const READERS = 10
const AT_ONCE = 10
// Seconds of rest after the last one has opened the text, which costs either side more than a key.
const REST = 2
// Keys of these first seconds are not measured.
const WARM_UP = 2
// Seconds after the last key within which everything has to be there.
const DRAIN = 15
const LETTERS = 0x100

const target = JSON.parse(await readAll(process.stdin))
const Side = { pads: PadConnection, hocuspocus: HocuspocusConnection }[target.side]

/** When each key was sent, by client id and clock, and how long it took to arrive. */
class Keys {
  #sent = new Map()
  #measuredFrom = Number.POSITIVE_INFINITY
  times = []

  begin(now) {
    this.#measuredFrom = now + WARM_UP * 1000
  }

  sent(client, now) {
    if (!this.#sent.has(client)) this.#sent.set(client, [])
    this.#sent.get(client).push(now)
  }

  arrived(client, clock, now) {
    const sent = this.#sent.get(client)?.[clock]
    if (sent >= this.#measuredFrom) this.times.push(now - sent)
  }

  percentile(share) {
    return this.times[Math.min(this.times.length - 1, Math.floor(this.times.length * share))]
  }
}

/** A document of the whole text, which nobody writes in. */
class Reader {
  #document = new Y.Doc()
  /** The client id of its writer, whose own keys are not measured. */
  own = 0
  keys = 0

  constructor(keys) {
    this.#document.on("afterTransaction", ({ beforeState, afterState }) => {
      const now = performance.now()
      for (const [client, after] of afterState) {
        for (let clock = beforeState.get(client) ?? 0; clock < after; clock++) {
          this.keys++
          if (client !== this.own) keys.arrived(client, clock, now)
        }
      }
    })
  }

  apply(update) {
    Y.applyUpdate(this.#document, update)
  }

  get text() {
    return this.#document.getText("text").toString()
  }
}

/** Types its own letter, each time after the one before; it has a document of its own words only. */
class Writer {
  sent = 0
  #text

  constructor(connection, number, reader) {
    this.connection = connection
    this.letter = String.fromCodePoint(LETTERS + number)
    this.reader = reader
    if (reader) reader.own = connection.id
    connection.socket.isSlow = !reader
    const document = new Y.Doc()
    document.clientID = connection.id
    this.#text = document.getText("text")
    document.on("update", (update) => connection.send(update))
  }

  type(keys) {
    this.sent++
    keys.sent(this.connection.id, performance.now())
    this.#text.insert(this.#text.length, this.letter)
  }
}

async function connectAll(keys) {
  const writers = []
  for (let first = 0; first < target.writers; first += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, target.writers - first) }, (_, each) => first + each)
    writers.push(...(await Promise.all(numbers.map((number) => connectOne(keys, number)))))
  }
  return writers
}

async function connectOne(keys, number) {
  const reader = number < READERS ? new Reader(keys) : null
  return new Writer(await Side.open(target, number, reader && ((update) => reader.apply(update))), number, reader)
}

/** One key a second each, at a moment of its own, the same on both sides; resolves after the last one. */
async function typeAll(writers, keys) {
  const began = performance.now()
  keys.begin(began)
  let seed = 1
  const moments = writers.map(() => (seed = (seed * 48271) % 2147483647) / 2147483.647)
  await Promise.all(
    writers.map(async (writer, number) => {
      for (let second = 0; second < target.seconds; second++) {
        const wait = began + moments[number] + 1000 * second - performance.now()
        if (wait > 0) await sleep(wait)
        writer.type(keys)
      }
    }),
  )
}

/** Wait until every key is acknowledged and with every reader; how many are not, after all. */
async function drain(writers, readers, sent) {
  const missing = () =>
    Math.max(
      sent - writers.reduce((sum, { connection }) => sum + connection.acknowledged, 0),
      ...readers.map((reader) => sent - reader.keys),
    )
  const deadline = performance.now() + DRAIN * 1000
  while (missing() > 0 && performance.now() < deadline) await sleep(20)
  return missing()
}

const keys = new Keys()
const writers = await connectAll(keys)
const readers = writers.map(({ reader }) => reader).filter(Boolean)
const delay = monitorEventLoopDelay({ resolution: 1 })
await sleep(REST * 1000)
delay.enable()
const before = { at: performance.now(), cpu: process.cpuUsage() }
await typeAll(writers, keys)
const { user, system } = process.cpuUsage(before.cpu)
const busy = (user + system) / 1000 / (performance.now() - before.at)
delay.disable()
const sent = writers.reduce((sum, writer) => sum + writer.sent, 0)
const missing = await drain(writers, readers, sent)

const fresh = await Promise.all(target.ports.map((_, node) => Side.read(target, node)))
const texts = [...fresh, ...readers.map((reader) => reader.text)]
const letters = new Map()
for (const letter of fresh[0]) letters.set(letter, (letters.get(letter) ?? 0) + 1)
const closed = writers.map(({ connection }) => connection.socket.closedWith).filter((code) => code !== null)
keys.times.sort((one, other) => one - other)

console.log(
  JSON.stringify({
    p50: keys.percentile(0.5),
    p99: keys.percentile(0.99),
    measured: keys.times.length,
    keys: sent,
    acknowledged: writers.reduce((sum, { connection }) => sum + connection.acknowledged, 0),
    missing,
    once: writers.every((writer) => letters.get(writer.letter) === writer.sent) && fresh[0].length === sent,
    equal: texts.every((text) => text === texts[0]),
    closed,
    problems: writers.flatMap(({ connection }) => connection.problems),
    lag: delay.percentile(99) / 1e6,
    busy,
  }),
)
await Promise.all(writers.map(({ connection }) => connection.close()))
process.exit(0)
