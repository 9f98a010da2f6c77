import type { Kysely } from 'kysely'
import type { Schema } from './schema.ts'
import type { Store } from './types.ts'

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
