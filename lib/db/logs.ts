import { type Kysely, type SelectQueryBuilder, sql } from 'kysely'
import { breathe } from './breathe.ts'
import { decodeCursor, pageOf } from './cursor.ts'
import { fromJson } from './json.ts'
import { type LogLimits, mostNow, trimWithin } from './log-volume.ts'
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
 * through all of the log, and SQLite answers nobody else meanwhile.
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
