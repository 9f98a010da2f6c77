import { statfsSync } from 'node:fs'
import { type Kysely, sql } from 'kysely'
import { breathe } from './breathe.ts'
import { takesNothing } from './checks-go-on.ts'
import type { Schema } from './schema.ts'
import type { Store } from './types.ts'

/** What the log may have where nobody says otherwise (`retention.logs_size`). */
export const LOG_BYTES = 200 * 1024 * 1024
/** Few enough that neither the event loop nor a nearly full disk notices. */
const BATCH = 200
/** Lines go early where less than this is free beside the database: they matter less than that repairs can be recorded. */
const ROOM_BYTES = 16 * 1024 * 1024
/** The newest lines, which tell what happened, stay all the same. */
const KEPT_BYTES = 1024 * 1024
/** Pages that stay free in the file, for the next lines. */
const SPARE_PAGES = 1000

export interface LogLimits {
  /** Bytes of lines that may be kept. */
  readonly most: () => number
  /** Bytes that are free beside the database. */
  readonly free: () => number
}

/** The log never takes the last room of a disk: from there on it shrinks with every batch of lines. */
export function mostNow({ most, free }: LogLimits): number {
  return free() < ROOM_BYTES ? Math.min(KEPT_BYTES, most()) : most()
}

export function logVolumeRepository(db: Kysely<Schema>, free: LogLimits['free']): Pick<Store, 'trimLogs' | 'makeRoom'> {
  return {
    trimLogs: (most) => trimLogs(db, most),

    async makeRoom() {
      let deleted = 0
      try {
        await checkpoint(db)
        while (free() < ROOM_BYTES) {
          await giveBack(db, 0)
          const bytes = await logBytes(db)
          if (free() >= ROOM_BYTES || bytes <= KEPT_BYTES) break
          deleted += await shrinkTo(db, Math.max(KEPT_BYTES, bytes / 2))
        }
      } catch (error) {
        // Not even deleting has room: whoever asks again may be luckier, and `check` says what is wrong.
        if (!takesNothing(error)) throw error
      }
      return deleted
    },
  }
}

export async function trimLogs(db: Kysely<Schema>, most: number): Promise<number> {
  const deleted = await shrinkTo(db, most)
  if (deleted > 0) await giveBack(db)
  return deleted
}

/**
 * Deletes the oldest lines beyond `most` bytes, as far as `rows` lines go: in the transaction that added some, so that the
 * log stays bounded however fast it grows.
 */
export async function trimWithin(db: Kysely<Schema>, most: number, rows: number): Promise<void> {
  for (let left = rows; left > 0 && (await logBytes(db)) > most; left -= BATCH) await deleteOldest(db)
}

async function shrinkTo(db: Kysely<Schema>, most: number): Promise<number> {
  let total = 0
  while ((await logBytes(db)) > most) {
    const deleted = await deleteOldest(db)
    if (deleted === 0) break
    total += deleted
    await breathe()
  }
  return total
}

async function logBytes(db: Kysely<Schema>): Promise<number> {
  const { rows } = await sql<{ bytes: number }>`SELECT bytes FROM log_volume`.execute(db)
  return rows[0]?.bytes ?? 0
}

async function deleteOldest(db: Kysely<Schema>): Promise<number> {
  const { numAffectedRows = 0n } =
    await sql`DELETE FROM log WHERE id IN (SELECT id FROM log ORDER BY id LIMIT ${BATCH})`.execute(db)
  return Number(numAffectedRows)
}

/** Pages that nothing needs any more go back to the disk, all but some; piece by piece, because they are moved for that. */
async function giveBack(db: Kysely<Schema>, spare = SPARE_PAGES): Promise<void> {
  for (let before = Number.POSITIVE_INFINITY; ; ) {
    const { rows } = await sql<{ freelist_count: number }>`PRAGMA freelist_count`.execute(db)
    const free = rows[0]?.freelist_count ?? 0
    if (free <= spare || free >= before) break
    before = free
    await sql`PRAGMA incremental_vacuum(500)`.execute(db)
    await breathe()
  }
  await checkpoint(db)
}

/** Also shortens the write-ahead log, which is as large as it ever was otherwise. */
async function checkpoint(db: Kysely<Schema>): Promise<void> {
  await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(db)
}

export function freeBytes(file: string): number {
  const { bavail, bsize } = statfsSync(file)
  return bavail * bsize
}
