import { type Kysely, type RawBuilder, sql } from 'kysely'
import { digestOfContent } from './audit.ts'
import { StoreError } from './errors.ts'
import { databaseBytes, freeBytes } from './files.ts'
import { pruneTold } from './incidents.ts'
import { trimLogs } from './logs.ts'
import { breathe } from './rows.ts'
import { archiveRepairs, thinRepairs } from './run-archive.ts'
import type { Row, Schema } from './schema.ts'
import type { Store } from './types.ts'

/** Small enough that the event loop, which SQLite blocks, never waits noticeably. */
const BATCH = 500
const DAY = 86_400_000
/** Repairs are rows of their own while someone may follow them. */
const PLAIN_DAYS = 2
/** So many days without a sign of the witness are said: it was off, or its clock was set. */
const GAP_DAYS = 2

const ENDED = sql`keep = 0 AND state NOT IN ('QUEUED', 'RUNNING')`
const CLEAN_SCHEDULED = sql`kind IN ('SCAN', 'CHECK') AND trigger_type = 'schedule' AND state IN ('SUCCEEDED', 'NO_CHANGE')`

export function pruneRepository(db: Kysely<Schema>): Pick<Store, 'prune'> {
  return {
    async prune(retention, now) {
      const gap = await noteLivedDays(db, now)
      const days = await livedDays(db, now)
      const before = (wanted: number) => cutOff(days, wanted, now)
      const uneventful = sql`${ENDED} AND queued_at < ${before(retention.uneventfulRunsDays)}`
      const runs = await deleteWhere(db, 'run', uneventful)
      // Of the clean scheduled checks only the last one of each day stays: enough to show that someone looked.
      const checks = sql`${ENDED} AND ${CLEAN_SCHEDULED} AND queued_at < ${before(retention.scheduledChecksDays)} AND EXISTS (
        SELECT 1 FROM run AS later WHERE later.id > run.id AND later.kind = run.kind AND later.dataset_id IS run.dataset_id
          AND later.queued_at / ${DAY} = run.queued_at / ${DAY} AND later.queued_at >= run.queued_at
          AND later.trigger_type = 'schedule' AND later.state IN ('SUCCEEDED', 'NO_CHANGE'))`
      const deleted = {
        runs: runs + (await deleteWhere(db, 'run', checks)),
        logs:
          (await deleteWhere(db, 'log', sql`at < ${before(retention.logsDays)}`)) +
          (await trimLogs(db, retention.logsBytes)),
        lag: await deleteLag(db, before(retention.lagDays)),
        // How a thing stands now is never deleted, however long it has.
        told: await pruneTold(db, before(retention.historyDays)),
        changes: await deleteWhere(db, 'change', sql`ended_at < ${before(retention.historyDays)}`),
        invocations: await deleteWhere(
          db,
          'invocation',
          sql`state <> 'RUNNING' AND started_at < ${before(retention.invocationsDays)}`,
        ),
        maintenances: await deleteWhere(
          db,
          'maintenance',
          sql`noted = 'over' AND coalesce(ended_at, until_at) < ${before(retention.lagDays)}`,
        ),
        forgotten: await forgetRetired(db, before(retention.retiredDays), now),
      }
      const thinBefore = before(retention.repairsDays)
      await archiveRepairs(db, Math.max(before(PLAIN_DAYS), thinBefore), breathe)
      const thinned = await thinRepairs(db, thinBefore, breathe)
      // The run itself says what was done; what anyone asked for stays in the audit for ever.
      const ofPolicy = sql`action = 'repair' AND actor_kind = 'schedule'
        AND (at < ${thinBefore} OR (result = 'OK' AND at < ${before(retention.logsDays)}))`
      await forgetAudit(db, ofPolicy)
      await sql`PRAGMA incremental_vacuum(2000)`.execute(db)
      await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(db)
      await sql`PRAGMA optimize`.execute(db)
      return { ...deleted, thinned, gap }
    },
  }
}

/**
 * Writes down on which days there is a sign of the witness. Answers days without one that are met for the first time:
 * the witness was off, or its clock was set ahead. Which of the two cannot be told from here, and need not be.
 */
async function noteLivedDays(db: Kysely<Schema>, now: number): Promise<{ from: number; to: number } | null> {
  const newest = (
    await sql<{ day: number | null }>`SELECT max(day) AS day FROM lived_day WHERE day <= ${dayOf(now)}`.execute(db)
  ).rows[0]?.day
  const since = (newest ?? 0) * DAY
  // With nothing on record yet (an upgrade) the lag history, which is kept the longest, says it.
  const lag = newest === null || newest === undefined ? sql`UNION SELECT at / ${DAY} FROM lag_point` : sql``
  await sql`INSERT OR IGNORE INTO lived_day (day)
    SELECT queued_at / ${DAY} FROM run WHERE queued_at >= ${since} AND queued_at <= ${now}
    UNION SELECT started_at / ${DAY} FROM invocation WHERE started_at >= ${since} AND started_at <= ${now}
    UNION SELECT at / ${DAY} FROM log WHERE at >= ${since} AND at <= ${now} ${lag}`.execute(db)
  if (newest === null || newest === undefined) return null
  const next = (
    await sql<{ day: number | null }>`SELECT min(day) AS day FROM lived_day WHERE day > ${newest}`.execute(db)
  ).rows[0]?.day
  if (next === null || next === undefined || next - newest <= GAP_DAYS) return null
  return { from: (newest + 1) * DAY, to: next * DAY }
}

/** Newest first. */
async function livedDays(db: Kysely<Schema>, now: number): Promise<readonly number[]> {
  const rows = await db
    .selectFrom('lived_day')
    .select('day')
    .where('day', '<=', dayOf(now))
    .orderBy('day', 'desc')
    .execute()
  return rows.map(({ day }) => day)
}

/** Epoch ms: what is older has seen so many days on which the witness was at work. */
function cutOff(days: readonly number[], wanted: number, now: number): number {
  const today = dayOf(now)
  const lived = days[0] === today ? days : [today, ...days]
  const oldest = lived[wanted]
  return oldest === undefined ? 0 : Math.min(now - wanted * DAY, oldest * DAY + (now % DAY))
}

function dayOf(at: number): number {
  return Math.floor(at / DAY)
}

/**
 * A child that is gone on both sides is listed no more after its time. Its runs stay, and with them its row, which is all
 * that is left of it; without runs that goes too. While many that disappeared at once are an alarm, nothing of them is forgotten.
 */
async function forgetRetired(db: Kysely<Schema>, before: number, now: number): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM dataset WHERE parent_id IS NOT NULL AND retired_at IS NOT NULL AND forgotten_at IS NULL
      AND backup_gone_at < ${before} AND NOT EXISTS (
        SELECT 1 FROM snapshot_state AS root WHERE root.dataset_id = dataset.parent_id
          AND json_extract(root.memory, '$.tree.gone') IS NOT NULL)`.execute(db)
  for (const { id } of rows) {
    await db.transaction().execute(async (transaction) => {
      for (const table of [
        'snapshot_state',
        'lag_point',
        'control',
        'verification',
        'change',
        'objective_month',
      ] as const)
        await transaction.deleteFrom(table).where('dataset_id', '=', id).execute()
      const { rows: used } = await sql`
        SELECT 1 FROM run WHERE dataset_id = ${id} UNION SELECT 1 FROM action WHERE dataset_id = ${id}
        UNION SELECT 1 FROM archive_dataset WHERE dataset_id = ${id} UNION SELECT 1 FROM dataset WHERE parent_id = ${id}
        UNION SELECT 1 FROM maintenance_dataset WHERE dataset_id = ${id}`.execute(transaction)
      if (used.length === 0) await transaction.deleteFrom('dataset').where('id', '=', id).execute()
      else await transaction.updateTable('dataset').set({ forgotten_at: now }).where('id', '=', id).execute()
    })
    await breathe()
  }
  return rows.length
}

async function deleteWhere(
  db: Kysely<Schema>,
  table: 'run' | 'log' | 'invocation' | 'maintenance' | 'change',
  condition: RawBuilder<unknown>,
) {
  const name = sql.table(table)
  return inBatches(
    db,
    sql`DELETE FROM ${name} WHERE id IN (SELECT id FROM ${name} WHERE ${condition} ORDER BY id LIMIT ${BATCH})`,
  )
}

/** The chain goes on over them: their digests stay. The newest row does too, because the next one follows on it. */
async function forgetAudit(db: Kysely<Schema>, condition: RawBuilder<unknown>): Promise<void> {
  for (;;) {
    const forgotten = await db.transaction().execute(async (transaction) => {
      const { rows } = await sql<Row<'audit'>>`SELECT * FROM audit
        WHERE ${condition} AND id < (SELECT max(id) FROM audit) ORDER BY id LIMIT ${BATCH}`.execute(transaction)
      if (rows.length === 0) return 0
      const left = rows.map((row) => ({ id: row.id, digest: digestOfContent(row) }))
      await transaction.insertInto('audit_forgotten').values(left).execute()
      const ids = rows.map(({ id }) => id)
      await transaction.deleteFrom('audit').where('id', 'in', ids).execute()
      return rows.length
    })
    if (forgotten === 0) return
    await breathe()
  }
}

/** Along the key, dataset by dataset. */
async function deleteLag(db: Kysely<Schema>, before: number) {
  let total = 0
  for (const { id } of await db.selectFrom('dataset').select('id').where('forgotten_at', 'is', null).execute()) {
    total += await inBatches(
      db,
      sql`DELETE FROM lag_point WHERE dataset_id = ${id} AND at IN (
        SELECT at FROM lag_point WHERE dataset_id = ${id} AND at < ${before} LIMIT ${BATCH})`,
    )
  }
  return total
}

async function inBatches(db: Kysely<Schema>, statement: RawBuilder<unknown>): Promise<number> {
  for (let total = 0; ; ) {
    const deleted = Number((await statement.execute(db)).numAffectedRows ?? 0n)
    total += deleted
    if (deleted === 0) return total
    await breathe()
  }
}

/** Below this the next checkpoint may fail; a write that is rolled back never reaches the disk and would not notice. */
const LEAST_FREE_BYTES = 4 * 1024 * 1024

export function healthRepository(db: Kysely<Schema>, file: string): Pick<Store, 'check' | 'integrity' | 'sizeBytes'> {
  return {
    async check() {
      await tryToWrite(db)
      const free = freeBytes(file)
      if (free < LEAST_FREE_BYTES) {
        throw new StoreError(
          'full',
          `Only ${free} bytes are free beside ${file}. Free space there before a write fails.`,
        )
      }
    },

    async integrity() {
      const { rows } = await sql<{ integrity_check: string }>`PRAGMA integrity_check(20)`.execute(db)
      return rows.map((row) => row.integrity_check).join('\n')
    },

    async sizeBytes() {
      return databaseBytes(file)
    },
  }
}

async function tryToWrite(db: Kysely<Schema>): Promise<void> {
  const undo = new Error('A write that was only a try.')
  const line = { at: 0, level: 'debug', component: 'check', message: '', fields: '{}' } as const
  try {
    await db.transaction().execute(async (transaction) => {
      await transaction.insertInto('log').values(line).execute()
      throw undo
    })
  } catch (error) {
    if (error !== undo) throw error
  }
}
