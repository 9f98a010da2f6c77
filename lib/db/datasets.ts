import type { Kysely } from 'kysely'
import { adoptHistory } from './dataset-adopt.ts'
import { allDatasets } from './dataset-rows.ts'
import { syncDatasets } from './dataset-sync.ts'
import { StoreError } from './errors.ts'
import { syncHosts, syncPairs } from './hosts.ts'
import type { Schema } from './schema.ts'
import type { Store } from './types.ts'

type Datasets = Pick<Store, 'syncConfig' | 'syncChildren' | 'datasets' | 'setPrimaryGuid' | 'noteRetired'>

export function datasetsRepository(db: Kysely<Schema>): Datasets {
  return {
    datasets: () => allDatasets(db),

    async syncConfig(config, now) {
      const wanted = config.datasets.map((mapping) => ({
        id: mapping.id,
        pair: mapping.pair,
        primaryHost: mapping.primary.host,
        primaryDataset: mapping.primary.dataset,
        backupHost: mapping.backup.host,
        backupDataset: mapping.backup.dataset,
        primaryGuid: null,
        parentId: null,
      }))
      const recursive = new Set(config.datasets.filter((mapping) => mapping.recursive).map((mapping) => mapping.id))
      await db.transaction().execute(async (transaction) => {
        await syncHosts(transaction, config, now)
        await syncPairs(transaction, config, now)
        // A child may be written into the config as a mapping of its own, but only a scan of its root can tell that it is gone.
        const candidates = await allDatasets(transaction)
        const [refused] = await syncDatasets(transaction, {
          wanted,
          candidates,
          retires: (row) => row.parentId === null,
          now,
        })
        // A configuration is taken whole or not at all.
        if (refused !== undefined) throw refused.error
        // After the roots: their children have followed a changed id by foreign key.
        for (const child of await allDatasets(transaction)) {
          if (child.parentId === null || child.retiredAt !== null || recursive.has(child.parentId)) continue
          await transaction.updateTable('dataset').set({ retired_at: now }).where('id', '=', child.id).execute()
        }
      })
    },

    async syncChildren(parentId, children, now) {
      const wanted = children.map((child) => ({ ...child, parentId }))
      return db.transaction().execute(async (transaction) => {
        const rows = await allDatasets(transaction)
        const candidates = rows.filter((row) => row.parentId === parentId || row.retiredAt !== null)
        return syncDatasets(transaction, { wanted, candidates, retires: (row) => row.parentId === parentId, now })
      })
    },

    async noteRetired(backups, now) {
      await db.transaction().execute(async (transaction) => {
        for (const [id, isThere] of backups) {
          const change = transaction.updateTable('dataset').set({ backup_gone_at: isThere ? null : now })
          await change
            .where('id', '=', id)
            .where('retired_at', 'is not', null)
            .where('backup_gone_at', isThere ? 'is not' : 'is', null)
            .execute()
        }
      })
    },

    // Where the history cannot be taken over yet the guid stays unknown too, so that the next scan tries again.
    async setPrimaryGuid(datasetId, guid) {
      await db.transaction().execute(async (transaction) => {
        if (!(await adoptHistory(transaction, datasetId, guid))) return
        const change = transaction.updateTable('dataset').set({ primary_guid: guid }).where('id', '=', datasetId)
        const { numUpdatedRows } = await change.executeTakeFirst()
        if (numUpdatedRows === 0n) {
          throw new StoreError('missing', `There is no dataset ${datasetId}; load the configuration first.`)
        }
      })
    },
  }
}
