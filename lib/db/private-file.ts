import { chmodSync, closeSync, openSync } from 'node:fs'
import { StoreError } from './errors.ts'

/**
 * A file that only its owner may read, from its first moment: SQLite would make it under the process's umask, open until it
 * is changed, and gives `-wal` and `-shm` the mode of the database. One that is there already is closed, and not opened:
 * closing it would drop the locks that this process has on it. Throws StoreError.
 */
export function makePrivate(file: string): void {
  try {
    if (!made(file)) chmodSync(file, 0o600)
  } catch (cause) {
    const full = (cause as NodeJS.ErrnoException).code === 'ENOSPC'
    const cure = full ? 'Free space there.' : 'Give it, and its directory, to the user that zwitness runs as, writable.'
    throw new StoreError(
      full ? 'full' : 'io',
      `${file} cannot be made, or not be closed to others (${cause}). ${cure}`,
      {
        cause,
      },
    )
  }
}

function made(file: string): boolean {
  try {
    closeSync(openSync(file, 'wx', 0o600))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}
