import type { Database } from 'bun:sqlite'
import { dirname } from 'node:path'
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from '#lib/host/system-calls.ts'
import { bytesText, isoStamp } from '#lib/text/words.ts'
import { StoreError, toStoreError } from './errors.ts'

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

/** Makes the directory where it is missing, for its owner alone. Throws StoreError. */
export function ensureDataDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (cause) {
    const why = `The data directory ${directory} cannot be used (${String(cause)}).`
    throw new StoreError('io', `${why} Mount a directory there that the user zwitness runs as may write.`, { cause })
  }
}

/** Bytes of a database, with what is not yet in the file itself. It is not opened: see `makePrivate`. */
export function databaseBytes(file: string): number {
  const size = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0
  return size(file) + size(`${file}-wal`) + size(`${file}-shm`)
}

/** What may still be written beside the file. */
export function freeBytes(file: string): number {
  const { bavail, bsize } = statfsSync(file)
  return bavail * bsize
}

/** @throws StoreError `full` where so many bytes more would leave less than `leave` beside `target` */
export function needRoom(target: string, bytes: number, leave: number): void {
  const free = freeBytes(dirname(target))
  if (free - bytes >= leave) return
  throw new StoreError(
    'full',
    `${bytesText(free)} are free in ${dirname(target)}, and a copy of the database needs ${bytesText(bytes)} and must leave ${bytesText(leave)}. Free space there; nothing was written.`,
  )
}

/** What is written is on the disk, and not only on its way there. Not for a database that this process has open: see `makePrivate`. */
export function syncToDisk(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Below this the next checkpoint may fail. */
const LEFT_BYTES = 4 * 1024 * 1024

/**
 * A consistent copy of the open database at `target`. Reading the file instead would drop this process's POSIX locks on it.
 * Under a temporary name first: on a full disk SQLite leaves an empty file behind, which must not pass for a copy.
 */
export function copyDatabase(database: Database, target: string, leave = LEFT_BYTES): void {
  const partial = `${target}.partial`
  rmSync(partial, { force: true })
  try {
    needRoom(target, databaseBytes(database.filename), leave)
    makePrivate(partial)
    database.run('VACUUM INTO ?', [partial])
    syncToDisk(partial)
    renameSync(partial, target)
    syncToDisk(dirname(target))
  } catch (error) {
    rmSync(partial, { force: true })
    throw toStoreError(error)
  }
}

/** Moves a damaged database, with the files that belong to it, out of the way; answers its new name. */
export function moveDamagedAway(file: string, now: number): string {
  const time = isoStamp(now)
  let target = `${file}.corrupt-${time}`
  for (let n = 2; existsSync(target); n++) target = `${file}.corrupt-${time}-${n}`
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, target + suffix)
  }
  clearDamage(file)
  return target
}

const markOf = (file: string): string => `${file}.damaged`

/** Damage was met: the next start reads all of the file, and moves it aside where that is so. */
export function markDamage(file: string): void {
  try {
    writeFileSync(markOf(file), 'Damage was met in this database; the next start looks at all of it.\n')
  } catch {
    // On a full disk the damage is met, and said, again.
  }
}

export function isMarkedDamaged(file: string): boolean {
  return existsSync(markOf(file))
}

export function clearDamage(file: string): void {
  rmSync(markOf(file), { force: true })
}
