import type { Kysely } from 'kysely'
import type { Memory, Verdict } from '#lib/replication/types/verdict.ts'
import { chunksOf } from './chunks.ts'
import { fromJson, fromJsonOrNull, toJsonOrNull } from './json.ts'
import type { Row, Schema } from './schema.ts'
import type { DatasetStateRecord, Store } from './types.ts'

type States = Pick<Store, 'states' | 'state' | 'saveState' | 'saveStates'>

export function statesRepository(db: Kysely<Schema>): States {
  return {
    async states() {
      const rows = await db.selectFrom('snapshot_state').selectAll().execute()
      return new Map(rows.map((row) => [row.dataset_id, toRecord(row)]))
    },

    async state(datasetId) {
      const query = db.selectFrom('snapshot_state').selectAll().where('dataset_id', '=', datasetId)
      const row = await query.executeTakeFirst()
      return row ? toRecord(row) : null
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

function toRecord(row: Row<'snapshot_state'>): DatasetStateRecord {
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
