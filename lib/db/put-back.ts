import { Database } from 'bun:sqlite'
import {
  closeSync,
  copyFileSync,
  existsSync,
  linkSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
} from '#lib/host/system-calls.ts'
import { connect, disconnect } from './driver.ts'
import { StoreError, toStoreError } from './errors.ts'
import { clearDamage, syncToDisk } from './files.ts'

// Files of databases that nobody has open, put in each other's place. The caller owns the data directory.

/** Offset of the version by which a file says that it is used with a write-ahead log (2) or not (1). */
const WRITE_VERSION = 18

/**
 * A copy that was made with `cp` may need the `-wal` beside it, and could not be opened for reading alone: afterwards all of
 * it is in the one file. Throws StoreError.
 */
export function intoOneFile(file: string): void {
  if (!isInWal(file)) return
  let database: Database | undefined
  try {
    database = new Database(file, { strict: true, readwrite: true })
    database.run('PRAGMA journal_mode = DELETE')
  } catch (error) {
    throw toStoreError(error)
  } finally {
    database?.close()
  }
}

function isInWal(file: string): boolean {
  const header = Buffer.alloc(WRITE_VERSION + 1)
  const descriptor = openSync(file, 'r')
  try {
    return readSync(descriptor, header, 0, header.length, 0) === header.length && header[WRITE_VERSION] === 2
  } finally {
    closeSync(descriptor)
  }
}

/**
 * `next` takes the place of the database `file`, which stays as `kept` (null: there is none). Killed at any moment, one of the two is there, whole:
 * the old one has a second name before the new one is renamed over its first. What of the old one is still in its `-wal` is
 * brought into it first; beside the new one SQLite would take that for its own.
 */
export function takePlace(next: string, file: string, kept: string | null): void {
  if (kept !== null) {
    emptyWal(file, kept)
    secondName(file, kept)
  }
  syncToDisk(next)
  renameSync(next, file)
  clearDamage(file)
}

function emptyWal(file: string, kept: string): void {
  try {
    const database = connect(file)
    try {
      database.run('PRAGMA wal_checkpoint(TRUNCATE)')
    } finally {
      disconnect(database)
    }
  } catch (error) {
    const fault = toStoreError(error)
    if (!(fault instanceof StoreError && fault.kind === 'corrupt')) throw fault
  }
  // The last one that closes it removes both; of a damaged one they go with it.
  for (const suffix of ['-wal', '-shm']) if (existsSync(file + suffix)) renameSync(file + suffix, kept + suffix)
}

/** A copy, where the file system knows no second names. */
function secondName(file: string, kept: string): void {
  try {
    linkSync(file, kept)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) throw error
    rmSync(kept, { force: true })
    copyFileSync(file, kept)
    syncToDisk(kept)
  }
}
