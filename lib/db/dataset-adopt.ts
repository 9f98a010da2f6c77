import { sql, type Transaction } from 'kysely'
import type { Schema } from './schema.ts'

/**
 * A dataset renamed on the SAN comes back as a mapping with another name and, mostly, another id. Only its guid tells, and the guid is
 * known only once the new mapping was looked at: then it takes over the history of the retired one. False: not now, a repair of the
 * retired one still runs.
 */
export async function adoptHistory(db: Transaction<Schema>, datasetId: string, guid: string): Promise<boolean> {
  const heir = await db.selectFrom('dataset').selectAll().where('id', '=', datasetId).executeTakeFirst()
  // A mapping that already knew a guid has a history of its own.
  if (!heir || heir.primary_guid !== null) return true
  const former = await db
    .selectFrom('dataset')
    .select('id')
    .where('primary_host', '=', heir.primary_host)
    .where('backup_host', '=', heir.backup_host)
    .where('primary_guid', '=', guid)
    .where('retired_at', 'is not', null)
    .where('id', '<>', datasetId)
    .orderBy((e) => e.case().when('backup_dataset', '=', heir.backup_dataset).then(0).else(1).end())
    .orderBy('retired_at', 'desc')
    .executeTakeFirst()
  if (!former) return true
  if (await hasActiveRepair(db, former.id)) return false

  for (const table of ['run', 'action', 'log'] as const) {
    await db.updateTable(table).set({ dataset_id: datasetId }).where('dataset_id', '=', former.id).execute()
  }
  await db.updateTable('archive_dataset').set({ dataset_id: datasetId }).where('dataset_id', '=', former.id).execute()
  // Where both have a row the fresh one stays; the old one goes with its dataset.
  for (const table of ['lag_point', 'control', 'snapshot_state']) {
    await sql`UPDATE OR IGNORE ${sql.table(table)} SET dataset_id = ${datasetId} WHERE dataset_id = ${former.id}`.execute(
      db,
    )
  }
  await db.updateTable('dataset').set({ parent_id: datasetId }).where('parent_id', '=', former.id).execute()
  await db.deleteFrom('dataset').where('id', '=', former.id).execute()
  return true
}

async function hasActiveRepair(db: Transaction<Schema>, datasetId: string): Promise<boolean> {
  const row = await db
    .selectFrom('run')
    .select('id')
    .where('dataset_id', '=', datasetId)
    .where('kind', '=', 'REPAIR')
    .where('state', 'in', ['QUEUED', 'RUNNING'])
    .executeTakeFirst()
  return row !== undefined
}
