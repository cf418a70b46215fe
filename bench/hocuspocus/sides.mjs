// A writer's connection on either side: it opens the text, sends updates, counts what is acknowledged, and passes on
// the updates of everybody if somebody wants them. Whatever else it receives it looks at as little as it can.

import * as decoding from "lib0/decoding"
import * as encoding from "lib0/encoding"
import { messageYjsSyncStep1, messageYjsSyncStep2, messageYjsUpdate, writeSyncStep1 } from "y-protocols/sync"
import * as Y from "yjs"
import { Socket } from "./socket.mjs"

const CHANGED = '"method":"pad.changed"'
const REVISION = '"revision":'
const [SYNC, AUTH, SYNC_REPLY, SYNC_STATUS] = [0, 2, 4, 8]
const [TOKEN, PERMISSION_DENIED] = [0, 1]

/** What both have: a socket, the client id that its updates must have, and what came of them. */
class Connection {
  id = 0
  acknowledged = 0
  /** What the server said against it, in words. */
  problems = []
  /** The text when it was opened. */
  text = ""
  socket

  close() {
    return this.socket.close()
  }
}

/** A session in a project, with a pad that it has open. */
export class PadConnection extends Connection {
  #pad
  #epoch = 0
  #revision = 0
  #calls = 0
  #waiting = new Map()
  #onUpdate

  /** The writer of this number opens the pad; `onUpdate(update)` gets all updates, where it is wanted. */
  static async open({ ports, project, pad, tokens }, number, onUpdate = null) {
    const connection = new PadConnection()
    connection.#pad = pad
    connection.#onUpdate = onUpdate
    connection.socket = await Socket.open({
      port: ports[number % ports.length],
      path: `/ws/projects/${project}/`,
      protocols: ["foundry.v1", `foundry.bearer.${tokens[number % tokens.length]}`],
      onMessage: (payload) => connection.#receive(payload),
    })
    const opened = await connection.#call("pad.open", { dialect: "yjs" }, (result) => {
      connection.#revision = result.revision
      connection.#epoch = result.epoch
      for (const update of result.updates) onUpdate?.(Buffer.from(update, "base64"))
    })
    connection.id = opened.writer
    return connection
  }

  /** The text as a client by position gets it. */
  static async read(target, number) {
    const connection = await PadConnection.open(target, number)
    const { text } = await connection.#call("pad.open", { dialect: "text" })
    await connection.close()
    return text
  }

  send(update) {
    const params = { epoch: this.#epoch, update: Buffer.from(update).toString("base64") }
    this.#call("pad.update", params, () => this.acknowledged++).catch((error) => this.problems.push(error.message))
  }

  /** Ask; `onResult` is called before what comes after the answer is looked at. */
  #call(method, params, onResult = null) {
    const id = ++this.#calls
    this.socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params: { pad_id: this.#pad, ...params } }))
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject, onResult }))
  }

  #receive(payload) {
    if (payload.indexOf(CHANGED) >= 0) {
      if (this.#onUpdate) this.#apply(JSON.parse(payload.toString()).params)
      else this.#count(payload)
      return
    }
    if (!payload.includes('"id":')) return
    const { id, result, error } = JSON.parse(payload.toString())
    const waiting = this.#waiting.get(id)
    if (!waiting) return
    this.#waiting.delete(id)
    if (error) return waiting.reject(new Error(`${error.message} (${JSON.stringify(error.data ?? null)})`))
    waiting.onResult?.(result)
    waiting.resolve(result)
  }

  #apply({ epoch, changes }) {
    if (epoch !== this.#epoch) this.problems.push("The document was renewed.")
    for (const { revision, update } of changes) {
      if (this.#isNext(revision)) this.#onUpdate(Buffer.from(update, "base64"))
    }
  }

  /** Look at the first and the last revision of a frame, and at nothing else: the readers look at all of them. */
  #count(payload) {
    if (!this.#isNext(numberAt(payload, payload.indexOf(REVISION)))) return
    this.#revision = numberAt(payload, payload.lastIndexOf(REVISION))
  }

  #isNext(revision) {
    if (revision === this.#revision + 1) {
      this.#revision = revision
      return true
    }
    this.problems.push(`Revision ${revision} came after ${this.#revision}.`)
    return false
  }
}

/** The number after the name of a member that begins at a place. */
function numberAt(payload, at) {
  return Number.parseInt(payload.toString("latin1", at + REVISION.length, at + REVISION.length + 10), 10)
}

/** A connection to a document of hocuspocus; its name has fewer than 128 ASCII characters. */
export class HocuspocusConnection extends Connection {
  #name
  #onUpdate
  #isOpen = false
  #synced

  /** The writer of this number opens the document; `onUpdate(update)` gets all updates, where it is wanted. */
  static async open({ ports, document }, number, onUpdate = null) {
    const connection = new HocuspocusConnection()
    connection.id = number + 1
    connection.#name = document
    connection.#onUpdate = onUpdate
    const synced = new Promise((resolve, reject) => (connection.#synced = { resolve, reject }))
    connection.socket = await Socket.open({
      port: ports[number % ports.length],
      path: "/",
      onMessage: (payload) => connection.#receive(payload),
    })
    connection.#write(AUTH, (encoder) => {
      encoding.writeVarUint(encoder, TOKEN)
      encoding.writeVarString(encoder, "")
    })
    connection.#write(SYNC, (encoder) => writeSyncStep1(encoder, new Y.Doc()))
    await synced
    return connection
  }

  /** The text as a new client gets it. */
  static async read(target, number) {
    const document = new Y.Doc()
    const apply = (update) => Y.applyUpdate(document, update)
    const connection = await HocuspocusConnection.open(target, number, apply)
    await connection.close()
    return document.getText("text").toString()
  }

  send(update) {
    this.#write(SYNC, (encoder) => {
      encoding.writeVarUint(encoder, messageYjsUpdate)
      encoding.writeVarUint8Array(encoder, update)
    })
  }

  #write(type, more) {
    const encoder = encoding.createEncoder()
    encoding.writeVarString(encoder, this.#name)
    encoding.writeVarUint(encoder, type)
    more(encoder)
    this.socket.send(encoding.toUint8Array(encoder))
  }

  #receive(payload) {
    // Every message begins with the length of the name, and the name.
    const type = payload[this.#name.length + 1]
    if (type === SYNC_STATUS) {
      if (payload[this.#name.length + 2] === 1) this.acknowledged++
      else this.problems.push("An update was refused.")
      return
    }
    if (this.#isOpen && !this.#onUpdate) return
    const decoder = decoding.createDecoder(payload.subarray(this.#name.length + 2))
    if (type === SYNC || type === SYNC_REPLY) {
      this.#sync(decoder)
    } else if (type === AUTH && decoding.readVarUint(decoder) === PERMISSION_DENIED) {
      this.#synced.reject(new Error("A writer was refused."))
    }
  }

  #sync(decoder) {
    const step = decoding.readVarUint(decoder)
    // The server asks with its own first step what the client has, which is nothing that it has not sent.
    if (step === messageYjsSyncStep1) return
    this.#onUpdate?.(decoding.readVarUint8Array(decoder))
    if (step === messageYjsSyncStep2) {
      this.#isOpen = true
      this.#synced.resolve()
    }
  }
}
