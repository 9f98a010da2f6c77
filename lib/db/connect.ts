import { Database } from 'bun:sqlite'
import { toStoreError } from './errors.ts'
import { makePrivate } from './private-file.ts'

/** Bun closes a database that nothing refers to any more, taking its locks with it. */
const held = new Set<Database>()

// busy_timeout first: without it a lock met by the next pragma is an error at once. It blocks the event loop, so it is short.
// auto_vacuum only counts before the first table, and journal_mode writes the file's first page.
const PRAGMAS = [
  'busy_timeout = 250',
  'auto_vacuum = INCREMENTAL',
  'journal_mode = WAL',
  'synchronous = FULL',
  'foreign_keys = ON',
  'trusted_schema = OFF',
  'wal_autocheckpoint = 1000',
  'journal_size_limit = 67108864',
]

/** Opens (or creates) the file, readable by its owner alone. Throws StoreError. */
export function connect(file: string): Database {
  try {
    makePrivate(file)
    const database = new Database(file, { create: true, strict: true })
    held.add(database)
    try {
      for (const pragma of PRAGMAS) database.run(`PRAGMA ${pragma}`)
    } catch (error) {
      disconnect(database)
      throw error
    }
    return database
  } catch (error) {
    throw toStoreError(error)
  }
}

export function disconnect(database: Database): void {
  held.delete(database)
  database.close()
}

/** One value of a pragma or query, its statement finalized so that the file can be closed and moved. */
export function readValue(database: Database, query: string): unknown {
  const statement = database.prepare<Record<string, unknown>, []>(query)
  try {
    return Object.values(statement.get() ?? {})[0]
  } finally {
    statement.finalize()
  }
}
