import type { Kysely } from 'kysely'
import type { WantedDataset } from './dataset-match.ts'
import type { Row, Schema } from './schema.ts'
import type { DatasetRecord } from './types.ts'

export function toDatasetRecord(row: Row<'dataset'>): DatasetRecord {
  return {
    id: row.id,
    pair: row.pair,
    primaryHost: row.primary_host,
    primaryDataset: row.primary_dataset,
    backupHost: row.backup_host,
    backupDataset: row.backup_dataset,
    primaryGuid: row.primary_guid,
    parentId: row.parent_id,
    retiredAt: row.retired_at,
    ...(row.backup_gone_at === null ? {} : { backupGoneAt: row.backup_gone_at }),
  }
}

export function toDatasetRow(wanted: WantedDataset): Row<'dataset'> {
  return {
    id: wanted.id,
    pair: wanted.pair,
    primary_host: wanted.primaryHost,
    primary_dataset: wanted.primaryDataset,
    backup_host: wanted.backupHost,
    backup_dataset: wanted.backupDataset,
    primary_guid: wanted.primaryGuid,
    parent_id: wanted.parentId,
    retired_at: null,
    backup_gone_at: null,
    forgotten_at: null,
  }
}

/** Those that are forgotten are only what their runs refer to. */
export async function allDatasets(db: Kysely<Schema>): Promise<readonly DatasetRecord[]> {
  const rows = await db.selectFrom('dataset').selectAll().where('forgotten_at', 'is', null).orderBy('id').execute()
  return rows.map(toDatasetRecord)
}

/** Everything that refers to the row follows: by foreign key, and the log, which has none. */
export async function renameDataset(db: Kysely<Schema>, from: string, to: string): Promise<void> {
  await db.updateTable('dataset').set({ id: to }).where('id', '=', from).execute()
  await db.updateTable('log').set({ dataset_id: to }).where('dataset_id', '=', from).execute()
}
