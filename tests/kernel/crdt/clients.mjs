// Real Yjs clients, driven by lines of JSON on standard input: each line is a list of commands, each answer the list of
// their results. Updates are in base64; positions of edits count in the text before, in UTF-16 units.
import { createInterface } from "node:readline"
import * as Y from "yjs"

const clients = new Map()

function open({ id }) {
  const doc = new Y.Doc()
  doc.clientID = id
  const text = doc.getText("text")
  const client = { doc, text, undo: new Y.UndoManager(text, { captureTimeout: 0 }), waiting: [] }
  doc.on("update", (update, origin) => {
    if (origin !== "received") client.waiting.push(update)
  })
  clients.set(id, client)
}

function edit({ id, edits }) {
  const { doc, text, undo } = clients.get(id)
  undo.stopCapturing()
  doc.transact(() => {
    for (const [pos, remove, insert] of [...edits].reverse()) {
      if (remove) text.delete(pos, remove)
      if (insert) text.insert(pos, insert)
    }
  })
}

function take({ id, merge }) {
  const client = clients.get(id)
  const updates = merge && client.waiting.length ? [Y.mergeUpdates(client.waiting)] : client.waiting
  client.waiting = []
  return updates.map((update) => Buffer.from(update).toString("base64"))
}

function receive({ id, updates }) {
  const { doc } = clients.get(id)
  for (const update of updates) Y.applyUpdate(doc, Buffer.from(update, "base64"), "received")
}

// What no editor of ours does, by name; each in a document of its own.
const strange = {
  embed: (doc) => doc.getText("text").insertEmbed(0, { image: "x" }),
  format: (doc) => doc.getText("text").insert(0, "x", { bold: true }),
  formatOld: (doc) => doc.getText("text").format(0, 1, { bold: true }),
  map: (doc) => doc.getMap("text").set("key", "value"),
  otherRoot: (doc) => doc.getText("other").insert(0, "x"),
  list: (doc) => doc.getArray("text").insert(0, ["x", 1, { a: [null] }]),
  binary: (doc) => doc.getArray("text").insert(0, [new Uint8Array([1, 2, 3])]),
  subdocument: (doc) => doc.getMap("text").set("sub", new Y.Doc()),
  nested: (doc) => doc.getMap("text").set("nested", new Y.Text("x")),
  element: (doc) => doc.getXmlFragment("text").insert(0, [new Y.XmlElement("p")]),
  half: (doc) => doc.getText("text").delete(1, 1),
  between: (doc) => doc.getText("text").insert(2, "x"),
  nul: (doc) => doc.getText("text").insert(0, "a\0b"),
  cr: (doc) => doc.getText("text").insert(0, "a\r\nb"),
}

const commands = {
  open,
  edit,
  take,
  receive,
  text: ({ id }) => clients.get(id).text.toString(),
  state: ({ id }) => Buffer.from(Y.encodeStateAsUpdate(clients.get(id).doc)).toString("base64"),
  undo: ({ id }) => void clients.get(id).undo.undo(),
  redo: ({ id }) => void clients.get(id).undo.redo(),
  isWaiting: ({ id }) => {
    const { store } = clients.get(id).doc
    return Boolean(store.pendingStructs || store.pendingDs)
  },
  strange: ({ id, name, state }) => {
    const doc = new Y.Doc()
    doc.clientID = id
    Y.applyUpdate(doc, Buffer.from(state, "base64"))
    const updates = []
    doc.on("update", (update) => updates.push(Buffer.from(update).toString("base64")))
    doc.transact(() => strange[name](doc))
    return updates
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const results = JSON.parse(line).map((command) => commands[command.do](command) ?? null)
  process.stdout.write(`${JSON.stringify(results)}\n`)
}
