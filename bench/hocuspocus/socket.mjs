// RFC 6455 as far as the bench needs it, as in bench/frames.py: masks of zeros, no extension, no parts of messages.

import { randomBytes } from "node:crypto"
import { connect } from "node:net"

const TEXT = 0x1
const BINARY = 0x2
const CLOSE = 0x8
const PING = 0x9
const PONG = 0xa
const NORMAL = 1000
const LOST = 1006
// How often a slow socket reads, in ms.
const SLOW_READS = 50

/** The sockets that are read all together, now and then. */
const paused = new Set()
setInterval(() => {
  for (const each of paused) each.resume()
  paused.clear()
}, SLOW_READS).unref()

/** A socket of a client; `onMessage(payload)` gets each message. */
export class Socket {
  /** The code with which the server closed it, or it broke off; null while it is open, or we closed it. */
  closedWith = null
  /** Whether it reads now and then only, so that hundreds of sockets cost the client little. */
  isSlow = false

  #connection
  #rest = Buffer.alloc(0)
  #isOpen = false
  #isLeaving = false
  #onMessage
  #opened

  constructor(connection, onMessage) {
    this.#connection = connection
    this.#onMessage = onMessage
  }

  /** Connect to a path of a port of this machine. */
  static open({ port, path, protocols = [], onMessage }) {
    const connection = connect({ port, host: "127.0.0.1", noDelay: true })
    const socket = new Socket(connection, onMessage)
    connection.write(
      [
        `GET ${path} HTTP/1.1`,
        `Host: 127.0.0.1:${port}`,
        "Upgrade: websocket",
        "Connection: Upgrade",
        `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
        "Sec-WebSocket-Version: 13",
        ...(protocols.length ? [`Sec-WebSocket-Protocol: ${protocols.join(", ")}`] : []),
        "\r\n",
      ].join("\r\n"),
    )
    return new Promise((resolve, reject) => {
      socket.#opened = { resolve: () => resolve(socket), reject }
      connection.on("data", (chunk) => socket.#read(chunk))
      connection.on("error", (error) => reject(error))
      connection.on("close", () => socket.#closed())
    })
  }

  /** Send a message: text, or bytes. */
  send(message) {
    const isText = typeof message === "string"
    this.#write(isText ? TEXT : BINARY, isText ? Buffer.from(message) : message)
  }

  /** Say good-bye; resolves when the connection has ended. */
  close() {
    this.#isLeaving = true
    if (this.#connection.destroyed) return Promise.resolve()
    this.isSlow = false
    this.#connection.resume()
    const code = Buffer.alloc(2)
    code.writeUInt16BE(NORMAL)
    this.#write(CLOSE, code)
    const ended = new Promise((resolve) => this.#connection.once("close", resolve))
    setTimeout(() => this.#connection.destroy(), 5000).unref()
    return ended
  }

  #write(opcode, payload) {
    const { length } = payload
    const head = Buffer.alloc(length < 126 ? 6 : 8)
    head[0] = 0x80 | opcode
    head[1] = 0x80 | (length < 126 ? length : 126)
    if (length >= 126) head.writeUInt16BE(length, 2)
    this.#connection.write(Buffer.concat([head, payload]))
  }

  #read(chunk) {
    const data = this.#rest.length ? Buffer.concat([this.#rest, chunk]) : chunk
    let at = this.#isOpen ? 0 : this.#answer(data)
    if (this.#isOpen) {
      for (let found = frameAt(data, at); found; found = frameAt(data, at)) {
        this.#frame(found.opcode, data.subarray(found.start, found.end))
        at = found.end
      }
    }
    this.#rest = data.subarray(at)
    if (this.isSlow) {
      this.#connection.pause()
      paused.add(this.#connection)
    }
  }

  /** Read the answer to the request; where the frames begin. */
  #answer(data) {
    const end = data.indexOf("\r\n\r\n")
    if (end < 0) return 0
    const answer = data.toString("latin1", 0, end)
    if (!answer.startsWith("HTTP/1.1 101")) {
      this.#opened.reject(new Error(`A socket was refused: ${answer}`))
      return data.length
    }
    this.#isOpen = true
    this.#opened.resolve()
    return end + 4
  }

  #frame(opcode, payload) {
    if (opcode === TEXT || opcode === BINARY) {
      this.#onMessage(payload)
    } else if (opcode === PING) {
      this.#write(PONG, payload)
    } else if (opcode === CLOSE) {
      if (!this.#isLeaving) this.closedWith = payload.length >= 2 ? payload.readUInt16BE(0) : NORMAL
      this.#connection.end()
    } else if (opcode !== PONG) {
      throw new Error(`A frame of opcode ${opcode}, which no server of the bench sends.`)
    }
  }

  #closed() {
    if (!this.#isLeaving) this.closedWith ??= LOST
    this.#opened.reject(new Error(`A socket was closed with ${this.closedWith}.`))
  }
}

/** The frame that begins at a place; null where it is not all there. */
function frameAt(data, at) {
  if (data.length - at < 2) return null
  const short = data[at + 1] & 127
  const head = short < 126 ? 2 : short === 126 ? 4 : 10
  if (data.length - at < head) return null
  const length = short < 126 ? short : short === 126 ? data.readUInt16BE(at + 2) : Number(data.readBigUInt64BE(at + 2))
  const end = at + head + length
  return end <= data.length ? { opcode: data[at] & 15, start: at + head, end } : null
}
