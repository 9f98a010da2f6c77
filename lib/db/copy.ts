import type { Database } from 'bun:sqlite'
import { renameSync, rmSync } from 'node:fs'
import { toStoreError } from './errors.ts'
import { makePrivate } from './private-file.ts'

/**
 * A consistent copy of the open database at `target`. Reading the file instead would drop this process's POSIX locks on it.
 * Under a temporary name first: on a full disk SQLite leaves an empty file behind, which must not pass for a copy.
 */
export function copyDatabase(database: Database, target: string): void {
  const partial = `${target}.partial`
  rmSync(partial, { force: true })
  try {
    makePrivate(partial)
    database.run('VACUUM INTO ?', [partial])
    renameSync(partial, target)
  } catch (error) {
    rmSync(partial, { force: true })
    throw toStoreError(error)
  }
}
