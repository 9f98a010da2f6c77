import { type Kysely, sql } from 'kysely'
import { chunksOf, fromJson } from './rows.ts'
import { toRunRecord } from './run-rows.ts'
import type { Row, Schema } from './schema.ts'
import type { LookSpan, ObjectiveRecord, Store } from './types.ts'

type Objective = Pick<Store, 'lookSpans' | 'objectives' | 'saveObjectives'>

interface Look {
  readonly at: number
  readonly delay: number | null
  readonly health: string
}

/**
 * Is the delay within the limit, by one look? A look that could not look knows nothing of it, whatever the delay has grown to
 * by then; BROKEN without any delay is no backup at all.
 */
function stateOf({ delay, health }: Look, maxDelaySeconds: number): LookSpan['state'] {
  if (health === 'UNKNOWN') return 'unknown'
  if (delay !== null) return delay <= maxDelaySeconds ? 'inside' : 'outside'
  return health === 'HEALTHY' ? 'inside' : health === 'BROKEN' ? 'outside' : 'unknown'
}

/** How long datasets were within their objective. */
export function objectiveRepository(db: Kysely<Schema>): Objective {
  return {
    // Put together here: window functions over the same rows take five times as long.
    async lookSpans({ datasetId, from, to, maxDelaySeconds, longest }) {
      const { rows } = await sql<Look>`
        SELECT at, delay_seconds AS delay, health FROM lag_point
        WHERE dataset_id = ${datasetId} AND at < ${to} AND at >= coalesce(
          (SELECT max(at) FROM lag_point WHERE dataset_id = ${datasetId} AND at <= ${from}), ${from})
        ORDER BY at`.execute(db)
      const spans: { state: LookSpan['state']; from: number; to: number }[] = []
      for (const look of rows) {
        const state = stateOf(look, maxDelaySeconds)
        const last = spans.at(-1)
        if (last !== undefined && last.state === state && look.at - last.to <= longest) last.to = look.at
        else spans.push({ state, from: look.at, to: look.at })
      }
      return spans
    },

    async objectives(datasetId) {
      let query = db.selectFrom('objective_month').selectAll().orderBy('dataset_id').orderBy('month', 'desc')
      if (datasetId !== null) query = query.where('dataset_id', '=', datasetId)
      return (await query.execute()).map(objectiveRecord)
    },

    async saveObjectives(records) {
      if (records.length === 0) return
      await db.transaction().execute(async (transaction) => {
        for (const some of chunksOf(records)) {
          const insert = transaction.insertInto('objective_month').values(some.map(objectiveRow))
          await insert
            .onConflict((conflict) =>
              conflict.columns(['dataset_id', 'month']).doUpdateSet(({ ref }) => ({
                from_at: ref('excluded.from_at'),
                until_at: ref('excluded.until_at'),
                inside_ms: ref('excluded.inside_ms'),
                outside_ms: ref('excluded.outside_ms'),
                unknown_ms: ref('excluded.unknown_ms'),
              })),
            )
            .execute()
        }
      })
    },
  }
}

function objectiveRow(record: ObjectiveRecord): Row<'objective_month'> {
  return {
    dataset_id: record.datasetId,
    month: record.month,
    from_at: record.from,
    until_at: record.until,
    inside_ms: record.insideMs,
    outside_ms: record.outsideMs,
    unknown_ms: record.unknownMs,
  }
}

function objectiveRecord(row: Row<'objective_month'>): ObjectiveRecord {
  return {
    datasetId: row.dataset_id,
    month: row.month,
    from: row.from_at,
    until: row.until_at,
    insideMs: row.inside_ms,
    outsideMs: row.outside_ms,
    unknownMs: row.unknown_ms,
  }
}

type Protection = Pick<Store, 'newestRepairs' | 'movingRepairs' | 'saveUncovered' | 'uncovered'>

/** What the protection report says besides. */
export function protectionRepository(db: Kysely<Schema>): Protection {
  return {
    async newestRepairs() {
      const { rows } = await sql<Row<'run'>>`SELECT * FROM run WHERE id IN (
        SELECT max(id) FROM run WHERE kind = 'REPAIR' AND state IN ('SUCCEEDED', 'SUCCEEDED_WITH_WARNINGS')
        GROUP BY dataset_id)`.execute(db)
      return new Map(rows.flatMap((row) => (row.dataset_id === null ? [] : [[row.dataset_id, toRunRecord(row)]])))
    },

    async movingRepairs(since) {
      const { rows } = await sql<Row<'run'>>`SELECT * FROM run WHERE kind = 'REPAIR'
        AND (json_extract(plan, '$.setAside') IS NOT NULL OR json_array_length(plan, '$.destroys') > 0)
        AND started_at >= ${since} AND state NOT IN ('QUEUED', 'BLOCKED') ORDER BY id DESC`.execute(db)
      return rows.map(toRunRecord)
    },

    async saveUncovered({ host, names, ...facts }) {
      const row = { ...facts, names: JSON.stringify(names) }
      const insert = db.insertInto('uncovered').values({ host, ...row })
      await insert.onConflict((conflict) => conflict.column('host').doUpdateSet(row)).execute()
    },

    async uncovered() {
      const rows = await db.selectFrom('uncovered').selectAll().orderBy('host').execute()
      return rows.map(({ names, ...facts }) => ({ ...facts, names: fromJson<readonly string[]>(names) }))
    },
  }
}
