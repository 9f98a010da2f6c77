import { type Kysely, sql } from 'kysely'
import { chunksOf } from './chunks.ts'
import type { Schema } from './schema.ts'
import type { Store } from './types.ts'

export function lagRepository(db: Kysely<Schema>): Pick<Store, 'addLag' | 'lag'> {
  return {
    // One transaction for a whole scan: each by itself would be a sync to disk each.
    async addLag(points) {
      await db.transaction().execute(async (transaction) => {
        for (const some of chunksOf(points)) {
          const rows = some.map(({ datasetId, at, delaySeconds, lagSeconds, health }) => {
            return { dataset_id: datasetId, at, delay_seconds: delaySeconds, lag_seconds: lagSeconds, health }
          })
          await transaction
            .insertInto('lag_point')
            .values(rows)
            .onConflict((conflict) =>
              conflict.columns(['dataset_id', 'at']).doUpdateSet(({ ref }) => ({
                delay_seconds: ref('excluded.delay_seconds'),
                lag_seconds: ref('excluded.lag_seconds'),
                health: ref('excluded.health'),
              })),
            )
            .execute()
        }
      })
    },

    // The worst of each bucket, so that a short bad time does not vanish from a chart of a year. Empty buckets are left out: unknown.
    async lag(datasetId, from, to, stepMs) {
      const step = Math.max(1, Math.trunc(stepMs))
      const { rows } = await sql<{
        at: number
        delaySeconds: number | null
        lagSeconds: number | null
        health: string
      }>`
        SELECT at / ${step} * ${step} AS at, max(delay_seconds) AS delaySeconds, max(lag_seconds) AS lagSeconds,
          CASE max(CASE health WHEN 'BROKEN' THEN 3 WHEN 'UNKNOWN' THEN 2 WHEN 'WARNING' THEN 1 ELSE 0 END)
            WHEN 3 THEN 'BROKEN' WHEN 2 THEN 'UNKNOWN' WHEN 1 THEN 'WARNING' ELSE 'HEALTHY' END AS health
        FROM lag_point WHERE dataset_id = ${datasetId} AND at >= ${from} AND at < ${to}
        GROUP BY 1 ORDER BY 1`.execute(db)
      return rows
    },
  }
}
