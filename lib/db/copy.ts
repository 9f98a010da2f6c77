import type { Database } from 'bun:sqlite'
import { chmodSync, renameSync, rmSync } from 'node:fs'
import { toStoreError } from './errors.ts'

/**
 * A consistent copy of the open database at `target`. Reading the file instead would drop this process's POSIX locks on it.
 * Under a temporary name first: on a full disk SQLite leaves an empty file behind, which must not pass for a copy.
 */
export function copyDatabase(database: Database, target: string): void {
  const partial = `${target}.partial`
  rmSync(partial, { force: true })
  try {
    database.run('VACUUM INTO ?', [partial])
    chmodSync(partial, 0o600)
    renameSync(partial, target)
  } catch (error) {
    rmSync(partial, { force: true })
    throw toStoreError(error)
  }
}
