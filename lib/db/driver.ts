import { Database, type SQLQueryBindings } from 'bun:sqlite'
import { CompiledQuery, type DatabaseConnection, type Driver, type QueryResult, SqliteAdapter } from 'kysely'
import { BunSqliteDialect } from 'kysely-bun-sqlite/dist/index.js'
import { StoreError, toStoreError } from './errors.ts'
import { makePrivate, markDamage } from './files.ts'

class Adapter extends SqliteAdapter {
  /** SQLite does roll back DDL; the adapter says no, and would leave a failed migration half applied. */
  override get supportsTransactionalDdl() {
    return true
  }
}

export class Dialect extends BunSqliteDialect {
  readonly #database: Database

  constructor(database: Database) {
    super({ database })
    this.#database = database
  }

  override createAdapter() {
    return new Adapter()
  }

  override createDriver(): Driver {
    const driver = super.createDriver()
    const lock = driver.acquireConnection.bind(driver)
    const connection = openConnection(this.#database)
    return Object.assign(driver, {
      // Theirs is only waited for: it is the turn to use the one connection.
      acquireConnection: async () => {
        await lock()
        return connection
      },
      // A deferred transaction that reads and then writes fails at once (BUSY_SNAPSHOT) when another process wrote in between.
      beginTransaction: async (held: DatabaseConnection) => {
        await held.executeQuery(CompiledQuery.raw('begin immediate'))
      },
      // On a full disk SQLite has rolled back by itself, and the error of a second rollback would hide the real one.
      rollbackTransaction: async (held: DatabaseConnection) => {
        if (this.#database.inTransaction) await held.executeQuery(CompiledQuery.raw('rollback'))
      },
    })
  }
}

/** One query at a time, its failure as StoreError. */
function openConnection(database: Database): DatabaseConnection {
  return {
    async executeQuery<R>(query: CompiledQuery) {
      try {
        return execute<R>(database, query)
      } catch (error) {
        const fault = toStoreError(error)
        if (fault instanceof StoreError && fault.kind === 'corrupt') markDamage(database.filename)
        throw fault
      }
    },
    streamQuery() {
      throw new Error('Rows cannot be streamed: an open cursor would keep the WAL growing. Read a page instead.')
    },
  }
}

/**
 * The driver's own connection leaves its statements to the garbage collector. Until that comes a closed database is not really closed:
 * its WAL stays, and so do its locks.
 */
function execute<R>(database: Database, query: CompiledQuery): QueryResult<R> {
  const statement = database.prepare<R, SQLQueryBindings[]>(query.sql)
  try {
    const values = query.parameters as SQLQueryBindings[]
    if (statement.columnNames.length > 0) return { rows: statement.all(...values) }
    const { changes, lastInsertRowid } = statement.run(...values)
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
  } finally {
    statement.finalize()
  }
}

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
