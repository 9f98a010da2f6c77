import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Schema } from './schema.ts'
import type { Store } from './types.ts'

/** Small enough that the event loop, which SQLite blocks, never waits noticeably. */
const BATCH = 500
const DAY = 86_400_000

const ENDED = sql`keep = 0 AND state NOT IN ('QUEUED', 'RUNNING')`
const CLEAN_SCHEDULED = sql`kind IN ('SCAN', 'CHECK') AND trigger_type = 'schedule' AND state IN ('SUCCEEDED', 'NO_CHANGE')`

export function pruneRepository(db: Kysely<Schema>): Pick<Store, 'prune'> {
  return {
    async prune(retention, now) {
      const before = (days: number) => now - days * DAY
      const uneventful = sql`${ENDED} AND queued_at < ${before(retention.uneventfulRunsDays)}`
      const runs = await deleteWhere(db, 'run', uneventful)
      // Of the clean scheduled checks only the last one of each day stays: enough to show that somebody looked.
      const checks = sql`${ENDED} AND ${CLEAN_SCHEDULED} AND queued_at < ${before(retention.scheduledChecksDays)} AND EXISTS (
        SELECT 1 FROM run AS later WHERE later.id > run.id AND later.kind = run.kind AND later.dataset_id IS run.dataset_id
          AND later.queued_at / ${DAY} = run.queued_at / ${DAY} AND later.queued_at >= run.queued_at
          AND later.trigger_type = 'schedule' AND later.state IN ('SUCCEEDED', 'NO_CHANGE'))`
      const deleted = {
        runs: runs + (await deleteWhere(db, 'run', checks)),
        logs: await deleteWhere(db, 'log', sql`at < ${before(retention.logsDays)}`),
        lag: await deleteLag(db, before(retention.lagDays)),
        invocations: await deleteWhere(
          db,
          'invocation',
          sql`state <> 'RUNNING' AND started_at < ${before(retention.invocationsDays)}`,
        ),
      }
      await sql`PRAGMA incremental_vacuum(2000)`.execute(db)
      await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(db)
      await sql`PRAGMA optimize`.execute(db)
      return deleted
    },
  }
}

async function deleteWhere(db: Kysely<Schema>, table: 'run' | 'log' | 'invocation', condition: RawBuilder<unknown>) {
  const name = sql.table(table)
  return inBatches(
    db,
    sql`DELETE FROM ${name} WHERE id IN (SELECT id FROM ${name} WHERE ${condition} ORDER BY id LIMIT ${BATCH})`,
  )
}

async function deleteLag(db: Kysely<Schema>, before: number) {
  return inBatches(
    db,
    sql`DELETE FROM lag_point WHERE (dataset_id, at) IN (SELECT dataset_id, at FROM lag_point WHERE at < ${before} LIMIT ${BATCH})`,
  )
}

async function inBatches(db: Kysely<Schema>, statement: RawBuilder<unknown>): Promise<number> {
  for (let total = 0; ; ) {
    const deleted = Number((await statement.execute(db)).numAffectedRows ?? 0n)
    total += deleted
    if (deleted === 0) return total
    // A real turn of the event loop: requests and transfers' progress come between two batches.
    await new Promise((resolve) => setImmediate(resolve))
  }
}
