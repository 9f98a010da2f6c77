import { join, resolve } from 'node:path'
import { StoreError } from '#lib/db/errors.ts'
import { examine, type Sound } from '#lib/db/examine.ts'
import { databaseBytes, needRoom, syncToDisk } from '#lib/db/files.ts'
import { openStore } from '#lib/db/open.ts'
import { acquireOwner } from '#lib/db/owner-lock.ts'
import { intoOneFile, takePlace } from '#lib/db/put-back.ts'
import { ensureDirectory, fileFacts, removePath } from '#lib/host/files.ts'
import { chmodSync, copyFileSync, existsSync, statSync } from '#lib/host/system-calls.ts'
import { isoStamp } from '#lib/text/words.ts'

/** Where a backup is tried before it takes the place of the database; what a killed restore left there may go. */
export const RESTORING = '.restoring'

/** Why it was not put back, in a sentence; nothing was replaced. */
export class NotRestored extends Error {
  override readonly name = 'NotRestored'
  readonly why: 'in-use' | 'not-owner' | 'unfit' | 'no-room'

  constructor(why: NotRestored['why'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.why = why
  }
}

interface Restoring {
  /** Of the backup, as it was found. */
  readonly found: Sound
  /** The schema that it has been brought to; the file itself stays as it is. */
  readonly becomes: number
  /** Of the database that is there now; null: there is none. */
  readonly there: { readonly file: string; readonly bytes: number } | null
  /** Puts it in place. @returns where the one before it is kept; null: there was none */
  commit(): string | null
}

interface Request {
  readonly file: string
  readonly dataDirectory: string
  readonly uid: number
  readonly now: number
}

/**
 * Tries out a backup beside the database: it is read through, opened as the service would open it, brought up to date, and
 * only then can take its place. Nothing of this outlives `use`, but what was committed. Throws NotRestored.
 */
export async function restoring<T>(request: Request, use: (restoring: Restoring) => Promise<T>): Promise<T> {
  const { dataDirectory, uid } = request
  const data = await fileFacts(dataDirectory)
  if (data !== null && data.uid !== uid)
    throw new NotRestored(
      'not-owner',
      `${dataDirectory} belongs to the user ${data.uid}, and this is ${uid}: the service could not read what is put there. Run it as the user of the service.`,
    )
  const owner = acquireOwner(dataDirectory)
  if (!owner.ok) throw new NotRestored('in-use', owner.message)
  const directory = join(dataDirectory, RESTORING)
  try {
    await removePath(directory)
    await ensureDirectory(directory)
    return await use(await tried(request, directory))
  } catch (error) {
    if (error instanceof StoreError && error.kind === 'full')
      throw new NotRestored('no-room', error.message, { cause: error })
    throw error
  } finally {
    await removePath(directory)
    owner.release()
  }
}

/** It is there twice while it is brought up to date. */
const COPIES = 2
const LEAVE_BYTES = 16 * 1024 * 1024

async function tried({ file, dataDirectory, now }: Request, directory: string): Promise<Restoring> {
  const database = join(dataDirectory, 'zwitness.db')
  const trial = join(directory, 'zwitness.db')
  takeCopy(file, database, trial)
  const found = await examine(trial)
  // The person knows the file by its own name.
  if (!found.sound) throw new NotRestored('unfit', found.message.replaceAll(trial, file))
  const becomes = await bringUpToDate(directory, { file, now })
  return {
    found,
    becomes,
    there: existsSync(database) ? { file: database, bytes: databaseBytes(database) } : null,
    commit() {
      const kept = existsSync(database) ? freeName(`${database}.before-restore-${isoStamp(now)}`) : null
      takePlace(trial, database, kept)
      syncToDisk(dataDirectory)
      return kept
    },
  }
}

function takeCopy(file: string, database: string, trial: string): void {
  const facts = statSync(file, { throwIfNoEntry: false })
  if (facts === undefined) throw new NotRestored('unfit', `There is no ${file}.`)
  if (!facts.isFile()) throw new NotRestored('unfit', `${file} is no plain file.`)
  const own = statSync(database, { throwIfNoEntry: false })
  if (own?.ino === facts.ino && own.dev === facts.dev)
    throw new NotRestored('unfit', `${resolve(file)} is the database itself. Name a backup of it.`)
  try {
    needRoom(trial, COPIES * databaseBytes(file), LEAVE_BYTES)
    for (const suffix of ['', '-wal'])
      if (existsSync(file + suffix)) {
        copyFileSync(file + suffix, trial + suffix)
        chmodSync(trial + suffix, 0o600)
      }
    intoOneFile(trial)
  } catch (error) {
    if (error instanceof StoreError && error.kind === 'full') throw error
    throw new NotRestored('unfit', `${file} cannot be read: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    })
  }
}

/**
 * As the service opens it: what does not migrate is found while the old one is still in place. Sessions end, for one that was
 * signed out since the backup would be open again. That it was put back is in its audit.
 */
async function bringUpToDate(directory: string, { file, now }: Pick<Request, 'file' | 'now'>): Promise<number> {
  const store = await openStore({ directory, now: () => now })
  try {
    if (store.openedBecause !== 'existing')
      throw new NotRestored('unfit', `${file} could not be opened: ${store.openedNote}`)
    for (const { id } of await store.sessions(null)) await store.removeSession(id)
    await store.addAudit({
      at: now,
      actor: { kind: 'socket', name: 'local', role: 'admin', address: null },
      userAgent: null,
      requestId: null,
      action: 'restore',
      target: null,
      reason: null,
      result: 'OK',
      code: null,
      detail: { file },
    })
    return store.schemaVersion
  } finally {
    await store.close()
  }
}

function freeName(name: string): string {
  let free = name
  for (let n = 2; existsSync(free); n++) free = `${name}-${n}`
  return free
}
