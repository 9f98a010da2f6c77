import { Database, SQLiteError } from 'bun:sqlite'
import { join } from 'node:path'
import { readFileSync, renameSync, rmSync, writeFileSync } from '#lib/host/system-calls.ts'
import { toStoreError } from './errors.ts'
import { ensureDataDirectory, makePrivate } from './files.ts'

export type Ownership =
  | { readonly ok: true; release(): void }
  /** Null where the owner has not yet (or never) said it. `message` names the directory, the owner and what to do. */
  | ({ readonly ok: false; readonly message: string } & { readonly [K in keyof OwnerNote]: OwnerNote[K] | null })

/** Bun closes a database that nothing refers to, and the lock would be gone. */
const held = new Set<Database>()

/**
 * One process owns a data directory. The lock is the kernel's, on a file of its own, so that it ends with the process however that ends,
 * and readers of the database are not locked out. Nothing in this process may open `owner.lock` otherwise: closing it would drop the lock.
 * Throws StoreError where the directory cannot be written.
 */
export function acquireOwner(
  directory: string,
  options: { readonly socketPath?: string; readonly now?: () => number } = {},
): Ownership {
  const noteFile = join(directory, 'owner.json')
  const lock = tryLock(directory)
  if (!lock) return refusal(directory, readOwnerNote(noteFile))
  try {
    writeOwnerNote(noteFile, {
      pid: process.pid,
      since: (options.now ?? Date.now)(),
      socketPath: options.socketPath ?? null,
    })
  } catch (error) {
    unlock(lock)
    throw error
  }
  return {
    ok: true,
    release() {
      if (!held.has(lock)) return
      rmSync(noteFile, { force: true })
      unlock(lock)
    },
  }
}

function tryLock(directory: string): Database | null {
  ensureDataDirectory(directory)
  let lock: Database | undefined
  try {
    const file = join(directory, 'owner.lock')
    makePrivate(file)
    lock = new Database(file, { create: true })
    // No busy_timeout: a held lock is held for hours, waiting would only block.
    lock.run('BEGIN EXCLUSIVE')
    held.add(lock)
    return lock
  } catch (error) {
    lock?.close()
    if (error instanceof SQLiteError && error.code?.startsWith('SQLITE_BUSY')) return null
    throw toStoreError(error)
  }
}

function unlock(lock: Database): void {
  held.delete(lock)
  lock.run('ROLLBACK')
  lock.close()
}

function refusal(directory: string, note: OwnerNote | null): Ownership {
  const who = note
    ? `process ${note.pid}, since ${new Date(note.since).toISOString()}`
    : 'another zwitness, which is only just starting'
  const message = `The data directory ${directory} is in use by ${who}. Stop that one first, or speak to it with the zwitness command line.`
  return {
    ok: false,
    message,
    pid: note?.pid ?? null,
    since: note?.since ?? null,
    socketPath: note?.socketPath ?? null,
  }
}

/** What the owner of a data directory says of itself. The lock decides; this is only for the message and to find the socket. */
interface OwnerNote {
  readonly pid: number
  /** Epoch ms. */
  readonly since: number
  readonly socketPath: string | null
}

function writeOwnerNote(file: string, note: OwnerNote): void {
  const partial = `${file}.${note.pid}`
  writeFileSync(partial, `${JSON.stringify(note)}\n`, { mode: 0o600 })
  renameSync(partial, file)
}

/** Null where there is none, or it is unreadable: then the owner is unknown, not absent. */
export function readOwnerNote(file: string): OwnerNote | null {
  try {
    const note: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isOwnerNote(note) ? note : null
  } catch {
    // Expected: the owner has taken the lock but not yet written its note.
    return null
  }
}

function isOwnerNote(note: unknown): note is OwnerNote {
  if (typeof note !== 'object' || note === null) return false
  const { pid, since, socketPath } = note as Partial<Record<keyof OwnerNote, unknown>>
  return typeof pid === 'number' && typeof since === 'number' && (socketPath === null || typeof socketPath === 'string')
}
