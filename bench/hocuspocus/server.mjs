// One node of the baseline of d1 to d3: hocuspocus as its guide has it, with its extensions for Redis and a database.
// `node server.mjs PORT`; BENCH_VALKEY is the socket of Valkey, PGHOST, PGUSER and PGDATABASE say where PostgreSQL is.

import { Database } from "@hocuspocus/extension-database"
import { Redis } from "@hocuspocus/extension-redis"
import { Server } from "@hocuspocus/server"
import IORedis from "ioredis"
import pg from "pg"

// Both nodes want to store a document, one gets the lock, and the other writes an error, as it should be.
const EXPECTED = "Could not acquire lock, another instance locked it already."
const { error } = console
console.error = (...said) => said.some((each) => each?.cause === EXPECTED) || error(...said)

const database = new pg.Pool({ max: 4 })

/** The whole document, as it is stored 2 s after a change, 10 s after the first one at the latest (its defaults). */
const store = async ({ documentName, state }) => {
  await database.query(
    "INSERT INTO bench_document (name, data) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET data = excluded.data",
    [documentName, state],
  )
}

const fetch = async ({ documentName }) => {
  const found = await database.query("SELECT data FROM bench_document WHERE name = $1", [documentName])
  return found.rows[0]?.data ?? null
}

const server = new Server({
  address: "127.0.0.1",
  port: Number(process.argv[2]),
  quiet: true,
  extensions: [
    new Redis({ createClient: () => new IORedis(process.env.BENCH_VALKEY) }),
    new Database({ fetch, store }),
  ],
})

await server.listen()
