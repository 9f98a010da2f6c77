import type { Kysely } from 'kysely'
import { fromJson } from './rows.ts'
import type { Row, Schema } from './schema.ts'
import type { MaintenanceRecord, Store } from './types.ts'

type Maintenances = Pick<
  Store,
  'addMaintenance' | 'endMaintenance' | 'noteMaintenance' | 'openMaintenances' | 'pastMaintenances'
>

/** Most rows of a list of what is over. */
const MOST_PAST = 1000

export function maintenanceRepository(db: Kysely<Schema>): Maintenances {
  return {
    async addMaintenance({ scope, from, until, madeAt, ...facts }) {
      return db.transaction().execute(async (transaction) => {
        const names = scope.kind === 'hosts' ? scope.hosts : scope.kind === 'pair' ? [scope.pair] : []
        const { id } = await transaction
          .insertInto('maintenance')
          .values({
            ...facts,
            scope: scope.kind,
            names: JSON.stringify(names),
            from_at: from,
            until_at: until,
            made_at: madeAt,
            ended_at: null,
            ended_by: null,
          })
          .returning('id')
          .executeTakeFirstOrThrow()
        if (scope.kind === 'datasets') {
          const rows = scope.ids.map((dataset_id) => ({ maintenance_id: id, dataset_id }))
          for (const row of rows) await transaction.insertInto('maintenance_dataset').values(row).execute()
        }
        return id
      })
    },

    async endMaintenance(id, { at, by }) {
      const change = db.updateTable('maintenance').set({ ended_at: at, ended_by: by, noted: 'over' })
      const { numUpdatedRows } = await change
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .where((e) => e.or([e('until_at', 'is', null), e('until_at', '>', at)]))
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },

    async noteMaintenance(id, noted) {
      await db.updateTable('maintenance').set({ noted }).where('id', '=', id).execute()
    },

    async openMaintenances() {
      const rows = await db.selectFrom('maintenance').selectAll().where('noted', '<>', 'over').orderBy('id').execute()
      return withDatasets(db, rows)
    },

    async pastMaintenances(since) {
      const rows = await db
        .selectFrom('maintenance')
        .selectAll()
        .where('noted', '=', 'over')
        .where((e) => e(e.fn.coalesce('ended_at', 'until_at'), '>=', since))
        .orderBy('id', 'desc')
        .limit(MOST_PAST)
        .execute()
      return withDatasets(db, rows)
    },
  }
}

async function withDatasets(
  db: Kysely<Schema>,
  rows: readonly Row<'maintenance'>[],
): Promise<readonly MaintenanceRecord[]> {
  const chosen = rows.filter(({ scope }) => scope === 'datasets').map(({ id }) => id)
  const pairs =
    chosen.length === 0
      ? []
      : await db
          .selectFrom('maintenance_dataset')
          .selectAll()
          .where('maintenance_id', 'in', chosen)
          .orderBy('dataset_id')
          .execute()
  const byId = Map.groupBy(pairs, ({ maintenance_id }) => maintenance_id)
  return rows.map((row) =>
    maintenanceRecord(
      row,
      (byId.get(row.id) ?? []).map(({ dataset_id }) => dataset_id),
    ),
  )
}

function maintenanceRecord(row: Row<'maintenance'>, ids: readonly string[]): MaintenanceRecord {
  const { id, kind, by, reason, noted } = row
  return {
    id,
    kind,
    scope: scopeOf(row, ids),
    from: row.from_at,
    until: row.until_at,
    by,
    reason,
    madeAt: row.made_at,
    endedAt: row.ended_at,
    endedBy: row.ended_by,
    noted,
  }
}

function scopeOf({ scope, names }: Row<'maintenance'>, ids: readonly string[]): MaintenanceRecord['scope'] {
  const named = fromJson<readonly string[]>(names)
  if (scope === 'hosts') return { kind: scope, hosts: named }
  if (scope === 'pair') return { kind: scope, pair: named[0] ?? '' }
  return scope === 'datasets' ? { kind: scope, ids } : { kind: scope }
}
