import type { Kysely } from 'kysely'
import { fromJson } from './json.ts'
import type { Row, Schema } from './schema.ts'
import type { Store, VerificationRecord } from './types.ts'

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
      return row === undefined ? null : toRecord(row)
    },

    async verifications() {
      const rows = await db.selectFrom('verification').selectAll().orderBy('dataset_id').execute()
      return rows.map(toRecord)
    },
  }
}

function toRecord(row: Row<'verification'>): VerificationRecord {
  return { datasetId: row.dataset_id, at: row.at, result: row.result, report: fromJson(row.report) }
}
