import { type Kysely, sql } from 'kysely'
import type { Memory, Verdict } from '#lib/replication/types/verdict.ts'
import { chunksOf, fromJson, fromJsonOrNull, toJsonOrNull } from './rows.ts'
import type { Row, Schema } from './schema.ts'
import type { ControlRecord, DatasetStateRecord, Store, VerificationRecord } from './types.ts'

type States = Pick<Store, 'states' | 'state' | 'saveState' | 'saveStates'>

export function statesRepository(db: Kysely<Schema>): States {
  return {
    async states() {
      const rows = await db.selectFrom('snapshot_state').selectAll().execute()
      return new Map(rows.map((row) => [row.dataset_id, stateRecord(row)]))
    },

    async state(datasetId) {
      const query = db.selectFrom('snapshot_state').selectAll().where('dataset_id', '=', datasetId)
      const row = await query.executeTakeFirst()
      return row ? stateRecord(row) : null
    },

    saveState: (record) => save(db, [record]),

    // One transaction for a whole scan: one fsync instead of one per dataset, and all or nothing.
    async saveStates(records) {
      if (records.length === 0) return
      await db.transaction().execute(async (transaction) => {
        for (const some of chunksOf(records)) await save(transaction, some)
      })
    },
  }
}

async function save(db: Kysely<Schema>, records: readonly DatasetStateRecord[]): Promise<void> {
  const rows = records.map((record) => ({
    dataset_id: record.datasetId,
    verdict: toJsonOrNull(record.verdict),
    memory: JSON.stringify(record.memory),
    since: record.since,
    plan_hash: record.planHash,
    last_run_id: record.lastRunId,
    updated_at: record.updatedAt,
  }))
  const insert = db.insertInto('snapshot_state').values(rows)
  await insert
    .onConflict((conflict) =>
      conflict.column('dataset_id').doUpdateSet(({ ref }) => ({
        verdict: ref('excluded.verdict'),
        memory: ref('excluded.memory'),
        since: ref('excluded.since'),
        plan_hash: ref('excluded.plan_hash'),
        last_run_id: ref('excluded.last_run_id'),
        updated_at: ref('excluded.updated_at'),
      })),
    )
    .execute()
}

function stateRecord(row: Row<'snapshot_state'>): DatasetStateRecord {
  return {
    datasetId: row.dataset_id,
    verdict: fromJsonOrNull<Verdict>(row.verdict),
    memory: fromJson<Memory>(row.memory),
    since: row.since,
    planHash: row.plan_hash,
    lastRunId: row.last_run_id,
    updatedAt: row.updated_at,
  }
}

type Controls = Pick<Store, 'setControl' | 'clearControl' | 'controls'>

export function controlsRepository(db: Kysely<Schema>): Controls {
  return {
    async setControl({ datasetId, kind, until, by, reason, at }) {
      const facts = { until, by, reason, at }
      const insert = db.insertInto('control').values({ dataset_id: datasetId, kind, ...facts })
      await insert.onConflict((conflict) => conflict.columns(['dataset_id', 'kind']).doUpdateSet(facts)).execute()
    },

    async clearControl(datasetId, kind) {
      await db.deleteFrom('control').where('dataset_id', '=', datasetId).where('kind', '=', kind).execute()
    },

    async controls(now) {
      const rows = await db
        .selectFrom('control')
        .selectAll()
        .where((e) => e.or([e('until', 'is', null), e('until', '>', now)]))
        .orderBy('dataset_id')
        .orderBy('kind')
        .execute()
      return rows.map(controlRecord)
    },
  }
}

function controlRecord({ dataset_id, ...facts }: Row<'control'>): ControlRecord {
  return { datasetId: dataset_id, ...facts }
}

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

export function verificationsRepository(
  db: Kysely<Schema>,
): Pick<Store, 'saveVerification' | 'verification' | 'verifications'> {
  return {
    async saveVerification({ datasetId, at, result, report }) {
      const facts = { at, result, report: JSON.stringify(report) }
      const insert = db.insertInto('verification').values({ dataset_id: datasetId, ...facts })
      await insert.onConflict((conflict) => conflict.column('dataset_id').doUpdateSet(facts)).execute()
    },

    async verification(datasetId) {
      const query = db.selectFrom('verification').selectAll().where('dataset_id', '=', datasetId)
      const row = await query.executeTakeFirst()
      return row === undefined ? null : verificationRecord(row)
    },

    async verifications() {
      const rows = await db.selectFrom('verification').selectAll().orderBy('dataset_id').execute()
      return rows.map(verificationRecord)
    },
  }
}

function verificationRecord(row: Row<'verification'>): VerificationRecord {
  return { datasetId: row.dataset_id, at: row.at, result: row.result, report: fromJson(row.report) }
}

type Lines = Pick<Store, 'lines' | 'saveLine'>

export function linesRepository(db: Kysely<Schema>): Lines {
  return {
    async lines() {
      const rows = await db.selectFrom('line').selectAll().execute()
      return rows.map((row) => ({
        primaryGuid: row.primary_guid,
        backupHost: row.backup_host,
        backupDataset: row.backup_dataset,
        rawAt: row.raw_at,
        decryptedAt: row.decrypted_at,
        decryptedRun: row.decrypted_run,
      }))
    },

    async saveLine({ primaryGuid, backupHost, backupDataset, rawAt, decryptedAt, decryptedRun }) {
      const key = { primary_guid: primaryGuid, backup_host: backupHost, backup_dataset: backupDataset }
      const facts = { raw_at: rawAt, decrypted_at: decryptedAt, decrypted_run: decryptedRun }
      const insert = db.insertInto('line').values({ ...key, ...facts })
      const columns = ['primary_guid', 'backup_host', 'backup_dataset'] as const
      await insert.onConflict((conflict) => conflict.columns(columns).doUpdateSet(facts)).execute()
    },
  }
}
