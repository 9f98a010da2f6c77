import type { Database, SQLQueryBindings } from 'bun:sqlite'
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import { StoreError, toStoreError } from './errors.ts'
import { markDamage } from './set-aside.ts'

/** One query at a time, its failure as StoreError. */
export function openConnection(database: Database): DatabaseConnection {
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
