import type { Kysely } from 'kysely'
import { toRunRecord } from './run-rows.ts'
import type { Schema } from './schema.ts'
import type { Store } from './types.ts'

/** What an earlier process left open did not end well or badly: it was cut off, and is said to be so. */
export function interruptRepository(db: Kysely<Schema>): Pick<Store, 'interruptOpen'> {
  return {
    async interruptOpen(now, because) {
      const ended = { state: 'INTERRUPTED', finished_at: now } as const
      return db.transaction().execute(async (transaction) => {
        const runs = await transaction
          .updateTable('run')
          .set({ ...ended, outcome: because })
          .where('state', 'in', ['QUEUED', 'RUNNING'])
          .returningAll()
          .execute()
        for (const table of ['action', 'invocation'] as const) {
          await transaction
            .updateTable(table)
            .set({ ...ended, error: because })
            .where('state', '=', 'RUNNING')
            .execute()
        }
        return runs.map(toRunRecord).sort((a, b) => a.id - b.id)
      })
    },
  }
}
