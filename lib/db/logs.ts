import { type Kysely, type SelectQueryBuilder, sql } from 'kysely'
import { takesNothing } from './checks-go-on.ts'
import { breathe, decodeCursor, fromJson, pageOf } from './rows.ts'
import type { NewRow, Row, Schema } from './schema.ts'
import type { LogQuery, LogRecord, Store } from './types.ts'

/** Ten columns each; SQLite takes 32,766 values in a statement. */
const ROWS_PER_INSERT = 500
/** Looked through in some 10 ms. */
const IDS_PER_PIECE = 10_000
const LEVELS = ['debug', 'info', 'warn', 'error'] as const

export function logsRepository(db: Kysely<Schema>, limits: LogLimits): Pick<Store, 'addLogs' | 'logs' | 'logStart'> {
  return {
    async addLogs(records) {
      const ids: number[] = []
      if (records.length === 0) return ids
      await db.transaction().execute(async (transaction) => {
        for (let start = 0; start < records.length; start += ROWS_PER_INSERT) {
          const rows = records.slice(start, start + ROWS_PER_INSERT).map(toRow)
          const inserted = await transaction.insertInto('log').values(rows).returning('id').execute()
          // SQLite inserts in the order given but does not promise to return in it.
          ids.push(...inserted.map((row) => row.id).sort((a, b) => a - b))
        }
        await trimWithin(transaction, mostNow(limits), 2 * records.length + ROWS_PER_INSERT)
      })
      return ids
    },

    async logs(query) {
      const cursor = query.cursor === undefined ? null : decodeCursor(query.cursor, 'logs', 'logs-after')
      const after = query.after ?? (cursor?.list === 'logs-after' ? cursor.id : undefined)
      const read = (piece: Piece) => filtered(db.selectFrom('log').selectAll(), query, piece).execute()
      const wanted = { after, before: after === undefined ? cursor?.id : undefined, limit: query.limit + 1 }
      const rows = await inPieces(db, wanted, read)
      return pageOf(after === undefined ? 'logs' : 'logs-after', rows.map(toRecord), query.limit)
    },

    async logStart(query, most) {
      const read = (piece: Piece) =>
        filtered(db.selectFrom('log').selectAll(), query, piece).clearSelect().select('id').execute()
      return (await inPieces(db, { limit: most }, read)).at(-1)?.id ?? null
    },
  }
}

/** Some ids next to each other, and how many rows of them are wanted, in which order. */
interface Piece {
  /** Both inclusive. */
  readonly from: number
  readonly to: number
  readonly order: 'asc' | 'desc'
  readonly limit: number
}

/**
 * Rows after an id, oldest first, or before one, newest first. Read piece by piece: a search that finds little goes
 * through all of the log, and SQLite answers no one else meanwhile.
 */
async function inPieces<R extends { readonly id: number }>(
  db: Kysely<Schema>,
  wanted: { readonly after?: number; readonly before?: number; readonly limit: number },
  read: (piece: Piece) => Promise<readonly R[]>,
): Promise<readonly R[]> {
  const { after, before, limit } = wanted
  const { rows: ends } = await sql<{ first: number | null; last: number | null }>`
    SELECT min(id) AS first, max(id) AS last FROM log`.execute(db)
  const first = Math.max(ends[0]?.first ?? 0, after === undefined ? 0 : after + 1)
  const last = Math.min(ends[0]?.last ?? -1, before === undefined ? Number.MAX_SAFE_INTEGER : before - 1)
  const found: R[] = []
  for (let done = 0; first + done <= last && found.length < limit; done += IDS_PER_PIECE) {
    if (done > 0) await breathe()
    const most = limit - found.length
    found.push(
      ...(await read(
        after === undefined
          ? { from: Math.max(first, last - done - IDS_PER_PIECE + 1), to: last - done, order: 'desc', limit: most }
          : { from: first + done, to: Math.min(last, first + done + IDS_PER_PIECE - 1), order: 'asc', limit: most },
      )),
    )
  }
  return found
}

type Select = SelectQueryBuilder<Schema, 'log', Row<'log'>>

/** `level` is the lowest one wanted: `warn` shows errors too. `text` is looked for in message and fields, as it stands. */
function filtered(select: Select, query: Omit<LogQuery, 'limit'>, { from, to, order, limit }: Piece): Select {
  let chosen = select.where('id', '>=', from).where('id', '<=', to).orderBy('id', order).limit(limit)
  if (query.level) chosen = chosen.where('level', 'in', LEVELS.slice(LEVELS.indexOf(query.level)))
  if (query.component !== undefined) chosen = chosen.where('component', '=', query.component)
  if (query.datasetId !== undefined) chosen = chosen.where('dataset_id', '=', query.datasetId)
  if (query.host !== undefined) chosen = chosen.where('host', '=', query.host)
  if (query.runId !== undefined) chosen = chosen.where('run_id', '=', query.runId)
  if (query.from !== undefined) chosen = chosen.where('at', '>=', query.from)
  if (query.to !== undefined) chosen = chosen.where('at', '<', query.to)
  if (query.text) {
    const pattern = `%${query.text.replace(/[\\%_]/g, '\\$&')}%`
    chosen = chosen.where(sql<boolean>`(message LIKE ${pattern} ESCAPE '\\' OR fields LIKE ${pattern} ESCAPE '\\')`)
  }
  return chosen
}

function toRow(record: Omit<LogRecord, 'id'>): NewRow<'log'> {
  return {
    at: record.at,
    level: record.level,
    component: record.component,
    message: record.message,
    run_id: record.runId,
    dataset_id: record.datasetId,
    host: record.host,
    request_id: record.requestId,
    fields: JSON.stringify(record.fields),
  }
}

function toRecord(row: Row<'log'>): LogRecord {
  return {
    id: row.id,
    at: row.at,
    level: row.level,
    component: row.component,
    message: row.message,
    runId: row.run_id,
    datasetId: row.dataset_id,
    host: row.host,
    requestId: row.request_id,
    fields: fromJson<LogRecord['fields']>(row.fields),
  }
}

/** What the log may have where no one says otherwise (`retention.logs_size`). */
export const LOG_BYTES = 200 * 1024 * 1024
/** Few enough that neither the event loop nor a nearly full disk notices. */
const BATCH = 200
/** Lines go early where less than this is free beside the database: they matter less than that repairs can be recorded. */
const ROOM_BYTES = 16 * 1024 * 1024
/** The newest lines, which tell what happened, stay all the same. */
const KEPT_BYTES = 1024 * 1024
/** Pages that stay free in the file, for the next lines. */
const SPARE_PAGES = 1000

interface LogLimits {
  /** Bytes of lines that may be kept. */
  readonly most: () => number
  /** Bytes that are free beside the database. */
  readonly free: () => number
}

/** The log never takes the last room of a disk: from there on it shrinks with every batch of lines. */
function mostNow({ most, free }: LogLimits): number {
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
async function trimWithin(db: Kysely<Schema>, most: number, rows: number): Promise<void> {
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
