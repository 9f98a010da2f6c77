import { type Kysely, sql, type Transaction } from 'kysely'
import { chunksOf, decodeCursor, fromJson, pageOf } from './rows.ts'
import type { Row, Schema } from './schema.ts'
import type { ChangeEnd, ChangeQuery, ChangeRecord, LookGap, NewChange, Store } from './types.ts'

type Changes = Pick<Store, 'addChanges' | 'disownChanges' | 'changes' | 'changeAt' | 'lastLookAt' | 'lookGaps'>

const MOST_GAPS = 100

/** What became something else. A row is written once and ended once; only retention deletes any. */
export function changesRepository(db: Kysely<Schema>): Changes {
  return {
    async addChanges(changes) {
      let written = 0
      for (const some of chunksOf(changes)) {
        written += await db.transaction().execute(async (transaction) => {
          let count = 0
          for (const change of some) if (await add(transaction, change)) count++
          return count
        })
      }
      return written
    },

    async disownChanges(runId) {
      const itself = { ended_by: 'itself', ended_run: null, ended_actor: null } as const
      await db.updateTable('change').set(itself).where('ended_run', '=', runId).execute()
    },

    async changes(query) {
      const { rows } = await sql<Row<'change'>>`SELECT * FROM change WHERE ${asked(query)}
        ORDER BY at DESC, id DESC LIMIT ${query.limit + 1}`.execute(db)
      return pageOf('changes', rows.map(toRecord), query.limit)
    },

    async changeAt(datasetId, at) {
      const query = db.selectFrom('change').selectAll().where('dataset_id', '=', datasetId).where('at', '<=', at)
      const row = await query.orderBy('at', 'desc').orderBy('id', 'desc').limit(1).executeTakeFirst()
      return row === undefined ? null : toRecord(row)
    },

    async lastLookAt() {
      const { rows } = await sql<{ at: number | null }>`SELECT max(at) AS at FROM lag_point`.execute(db)
      return rows[0]?.at ?? null
    },

    // Compared here: a window function over the same rows takes five times as long.
    async lookGaps(datasetId, from, to, longest) {
      const { rows } = await sql<{ at: number }>`
        SELECT at FROM lag_point WHERE dataset_id = ${datasetId} AND at < ${to} AND at >= coalesce(
          (SELECT max(at) FROM lag_point WHERE dataset_id = ${datasetId} AND at <= ${from}), ${from})
        ORDER BY at`.execute(db)
      const gaps: LookGap[] = []
      let before: number | null = null
      for (const { at } of rows) {
        if (before !== null && at - before > longest) gaps.push({ from: before, to: at })
        before = at
      }
      const last = await lastOf(db, datasetId, to)
      if (last !== null && to - last.at > longest) gaps.push({ from: last.at, to: last.next })
      return gaps.slice(0, MOST_GAPS)
    },
  }
}

/** The last look before a moment, and the first one after it. */
async function lastOf(
  db: Kysely<Schema>,
  datasetId: string,
  before: number,
): Promise<{ readonly at: number; readonly next: number | null } | null> {
  const { rows } = await sql<{ at: number | null; next: number | null }>`SELECT
    (SELECT max(at) FROM lag_point WHERE dataset_id = ${datasetId} AND at < ${before}) AS at,
    (SELECT min(at) FROM lag_point WHERE dataset_id = ${datasetId} AND at >= ${before}) AS next`.execute(db)
  const [found] = rows
  return found?.at == null ? null : { at: found.at, next: found.next }
}

/** False: it is no news. */
async function add(db: Transaction<Schema>, change: NewChange): Promise<boolean> {
  const last = change.over === null ? await newestOf(db, change) : null
  if (last !== null && last.to_status === change.to.status && last.to_reason === change.to.reason) return false
  // A clock that was set back does not make what came later come before.
  const at = last === null ? change.at : Math.max(change.at, last.at)
  if (last !== null) await db.updateTable('change').set(endOf(change.ends, at)).where('id', '=', last.id).execute()
  const row = {
    at,
    subject: change.subject,
    dataset_id: change.datasetId,
    host: change.host,
    pool: change.pool,
    from_status: last?.to_status ?? null,
    from_reason: last?.to_reason ?? null,
    to_status: change.to.status,
    to_reason: change.to.reason,
    message: change.message,
    evidence: JSON.stringify(change.evidence),
    ...(change.over === null ? {} : endOf(change.ends, change.over)),
  }
  await db.insertInto('change').values(row).execute()
  return true
}

function endOf({ by, runId, actor }: ChangeEnd, at: number) {
  return { ended_at: at, ended_by: by, ended_run: runId, ended_actor: actor }
}

async function newestOf(db: Transaction<Schema>, { datasetId, host, pool }: NewChange): Promise<Row<'change'> | null> {
  const { rows } = await sql<Row<'change'>>`SELECT * FROM change
    WHERE ${datasetId === null ? sql`host = ${host} AND pool IS ${pool}` : sql`dataset_id = ${datasetId}`}
    ORDER BY at DESC, id DESC LIMIT 1`.execute(db)
  return rows[0] ?? null
}

function asked({ subject, datasetId, host, from = 0, to, cursor }: ChangeQuery) {
  const all = [
    // Of a cursor whose row is gone by now, all that is older is gone too.
    cursor === undefined
      ? null
      : sql`(at, id) < (SELECT at, id FROM change WHERE id = ${decodeCursor(cursor, 'changes').id})`,
    subject === undefined ? null : sql`subject IN (${sql.join(subject)})`,
    datasetId === undefined ? null : sql`(dataset_id = ${datasetId} OR subject = 'witness')`,
    host === undefined
      ? null
      : sql`(host = ${host} OR subject = 'witness'
          OR dataset_id IN (SELECT id FROM dataset WHERE primary_host = ${host} OR backup_host = ${host}))`,
    from === 0 ? null : sql`(at >= ${from} OR (subject = 'witness' AND ended_at > ${from}))`,
    to === undefined ? null : sql`at < ${to}`,
  ].filter((each) => each !== null)
  return all.length === 0 ? sql`TRUE` : sql.join(all, sql` AND `)
}

/**
 * Two histories have become one: of each row that says how it is now, only the newest still does. What the heir was seen
 * as first, it had become after what the former one was.
 */
export async function joinChanges(db: Transaction<Schema>, datasetId: string): Promise<void> {
  await sql`UPDATE change SET ended_by = 'itself', ended_at = (
      SELECT later.at FROM change AS later WHERE later.dataset_id = ${datasetId} AND (later.at, later.id) > (change.at, change.id)
      ORDER BY later.at, later.id LIMIT 1)
    WHERE dataset_id = ${datasetId} AND ended_at IS NULL AND (at, id) < (
      SELECT at, id FROM change WHERE dataset_id = ${datasetId} ORDER BY at DESC, id DESC LIMIT 1)`.execute(db)
}

function toRecord(row: Row<'change'>): ChangeRecord {
  return {
    id: row.id,
    at: row.at,
    subject: row.subject,
    datasetId: row.dataset_id,
    host: row.host,
    pool: row.pool,
    from: row.from_status === null ? null : { status: row.from_status, reason: row.from_reason },
    to: { status: row.to_status, reason: row.to_reason },
    message: row.message,
    evidence: fromJson<ChangeRecord['evidence']>(row.evidence),
    ended:
      row.ended_at === null
        ? null
        : { at: row.ended_at, by: row.ended_by ?? 'itself', runId: row.ended_run, actor: row.ended_actor },
  }
}
