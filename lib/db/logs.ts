import { type Kysely, type SelectQueryBuilder, sql } from 'kysely'
import { decodeCursor, pageOf } from './cursor.ts'
import { fromJson } from './json.ts'
import { type LogLimits, mostNow, trimWithin } from './log-volume.ts'
import type { NewRow, Row, Schema } from './schema.ts'
import type { LogQuery, LogRecord, Store } from './types.ts'

/** Ten columns each; SQLite takes 32,766 values in a statement. */
const ROWS_PER_INSERT = 500
const LEVELS = ['debug', 'info', 'warn', 'error'] as const

export function logsRepository(db: Kysely<Schema>, limits: LogLimits): Pick<Store, 'addLogs' | 'logs'> {
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
      let select = filtered(db.selectFrom('log').selectAll(), query).limit(query.limit + 1)
      if (after !== undefined) select = select.where('id', '>', after).orderBy('id', 'asc')
      else select = select.orderBy('id', 'desc')
      if (after === undefined && cursor) select = select.where('id', '<', cursor.id)
      return pageOf(after === undefined ? 'logs' : 'logs-after', (await select.execute()).map(toRecord), query.limit)
    },
  }
}

type Select = SelectQueryBuilder<Schema, 'log', Row<'log'>>

/** `level` is the lowest one wanted: `warn` shows errors too. `text` is looked for in message and fields, as it stands. */
function filtered(select: Select, query: LogQuery): Select {
  let chosen = select
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
