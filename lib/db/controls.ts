import type { Kysely } from 'kysely'
import type { Row, Schema } from './schema.ts'
import type { ControlRecord, Store } from './types.ts'

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
      return rows.map(toRecord)
    },
  }
}

function toRecord({ dataset_id, ...facts }: Row<'control'>): ControlRecord {
  return { datasetId: dataset_id, ...facts }
}
