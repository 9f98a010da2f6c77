import type { Database } from 'bun:sqlite'
import { CompiledQuery, type DatabaseConnection, type Driver, SqliteAdapter } from 'kysely'
import { BunSqliteDialect } from 'kysely-bun-sqlite/dist/index.js'
import { openConnection } from './connection.ts'

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
