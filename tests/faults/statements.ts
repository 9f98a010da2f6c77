import { Database } from 'bun:sqlite'
import { StoreError } from '#lib/db/errors.ts'

export interface Statements {
  readonly seen: readonly string[]
  end(): void
}

const { prepare } = Database.prototype

/**
 * Writes down every statement that is run in this process. Those from number `from` to `to` fail and are not run; a
 * rollback always works, as it does in SQLite.
 */
export function meddleWithStatements(from: number, to: number, fail: () => never): Statements {
  const seen: string[] = []
  Database.prototype.prepare = function (this: Database, ...words: Parameters<typeof prepare>) {
    const n = seen.push(words[0]) - 1
    if (n >= from && n <= to && words[0] !== 'rollback') fail()
    return prepare.apply(this, words)
  } as typeof prepare
  return {
    seen,
    end() {
      Database.prototype.prepare = prepare
    },
  }
}

/** As `lib/db` says it of a lock, a full disk, a damaged page. */
export function databaseFault(kind: 'busy' | 'full' | 'corrupt'): never {
  throw new StoreError(kind, `The database is ${kind}, as this test wants it.`)
}
