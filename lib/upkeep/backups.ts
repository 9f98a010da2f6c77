import { join } from 'node:path'
import type { DatabaseFacts } from '#lib/db/copy.ts'
import { StoreError } from '#lib/db/errors.ts'
import type { Sound } from '#lib/db/examine.ts'
import { databaseBytes, needRoom, syncToDisk } from '#lib/db/files.ts'
import { ensureDirectory, fileFacts, listDirectory, removePath } from '#lib/host/files.ts'
import { renameSync } from '#lib/host/system-calls.ts'
import { zonedMinute } from '#lib/text/zoned-time.ts'
import { copyBeside, factsBeside } from './beside.ts'
import { type Download, readAway } from './download.ts'

/** The database itself, and its log, go on growing. */
const LEAVE_BYTES = 64 * 1024 * 1024

const NIGHTLY = /^zwitness-\d{4}-\d{2}-\d{2}\.sqlite$/
/** Not checked yet; of a process that was killed it is removed at the next start. */
const UNFINISHED = '.unfinished-'

interface BackupFile {
  readonly name: string
  /** When it was finished, epoch ms. */
  readonly at: number
  readonly bytes: number
}

interface Nightly {
  readonly file: string
  readonly bytes: number
  /** Older ones that went. */
  readonly removed: readonly string[]
}

export interface BackupState {
  readonly directory: string
  /** Newest first. */
  readonly files: readonly BackupFile[]
  /** The newest try, where it came to nothing. */
  readonly failure: { readonly at: number; readonly message: string } | null
}

export interface Backups {
  /** Makes today's copy, checks it, and removes what is more than `retention.backups`. Throws StoreError; then all older ones stay. */
  nightly(signal?: AbortSignal): Promise<Nightly>
  /** A checked copy of now, to be carried elsewhere. Throws StoreError `busy` while another one is made. */
  copy(signal?: AbortSignal): Promise<Download>
  /** Reads all of the database. */
  facts(signal?: AbortSignal): Promise<DatabaseFacts>
  /** As last seen, without a look at the disk. */
  state(): BackupState
}

interface Parts {
  /** The database in use. */
  readonly database: string
  /** Made where it is missing. */
  readonly directory: string
  readonly kept: () => number
  /** In which a day begins. */
  readonly zone: () => string
  readonly now: () => number
  /** What is on record of the newest try of an earlier process. */
  readonly lastFailure: BackupState['failure']
  /** So much stays free beside a copy; only tests ask for more. */
  readonly leaveBytes?: number
}

/** The caller owns the data directory. */
export async function createBackups(parts: Parts): Promise<Backups> {
  const { database, directory, kept, zone, now, lastFailure, leaveBytes: leave = LEAVE_BYTES } = parts
  await removeUnfinished(directory)
  let files = await filesIn(directory)
  let failure = lastFailure !== null && lastFailure.at > (files[0]?.at ?? 0) ? lastFailure : null
  let isCopying = false

  /** A copy in the folder of backups, checked, under a name that goes with whoever made it. */
  async function unfinished(signal?: AbortSignal): Promise<{ readonly path: string; readonly found: Sound }> {
    if (isCopying)
      throw new StoreError('busy', 'A copy of the database is being made already. Try again when it has ended.')
    isCopying = true
    const path = join(directory, `${UNFINISHED}${Bun.randomUUIDv7()}`)
    try {
      await ensureDirectory(directory)
      needRoom(path, databaseBytes(database), leave)
      return { path, found: await copyBeside(database, path, { leave, signal }) }
    } catch (error) {
      for (const left of [path, `${path}.partial`]) await removePath(left)
      throw error
    } finally {
      isCopying = false
    }
  }

  return {
    async nightly(signal) {
      const at = now()
      try {
        const { path, found } = await unfinished(signal)
        const name = `zwitness-${zonedMinute(at, zone()).slice(0, 10)}.sqlite`
        try {
          renameSync(path, join(directory, name))
        } catch (error) {
          await removePath(path)
          throw error
        }
        syncToDisk(directory)
        const removed = (await filesIn(directory)).filter((file) => file.name !== name).slice(Math.max(0, kept() - 1))
        for (const old of removed) await removePath(join(directory, old.name))
        failure = null
        return { file: join(directory, name), bytes: found.bytes, removed: removed.map((old) => old.name) }
      } catch (error) {
        // One that was stopped is no fault; the next start makes up for it.
        if (!signal?.aborted) failure = { at, message: error instanceof Error ? error.message : String(error) }
        throw error
      } finally {
        files = await filesIn(directory)
      }
    },
    copy: async (signal) => readAway((await unfinished(signal)).path),
    facts: (signal) => factsBeside(database, signal),
    state: () => ({ directory, files, failure }),
  }
}

/** The newest days first. A name alone says nothing of what is in it; whoever restores it has it checked. */
async function filesIn(directory: string): Promise<readonly BackupFile[]> {
  const names = (await namesIn(directory)).filter((name) => NIGHTLY.test(name)).toReversed()
  const files: BackupFile[] = []
  for (const name of names) {
    const facts = await fileFacts(join(directory, name))
    if (facts?.isFile) files.push({ name, at: facts.modifiedAtMs, bytes: facts.sizeBytes })
  }
  return files
}

async function removeUnfinished(directory: string): Promise<void> {
  for (const name of await namesIn(directory)) if (name.startsWith(UNFINISHED)) await removePath(join(directory, name))
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return (await fileFacts(directory)) === null ? [] : listDirectory(directory)
}
