import { type Kysely, sql } from 'kysely'
import { toRunRecord } from './run-rows.ts'
import type { Schema } from './schema.ts'
import type { RunRecord, Store } from './types.ts'

const AT_ONCE = 200

/** Which run made which set-aside, by the name that its plan on record gives it. */
export function setAsideRunsRepository(db: Kysely<Schema>): Pick<Store, 'setAsideRuns'> {
  return {
    async setAsideRuns(names) {
      const found = new Map<string, RunRecord>()
      for (let at = 0; at < names.length; at += AT_ONCE) {
        const rows = await db
          .selectFrom('run')
          .selectAll()
          .where('kind', '=', 'REPAIR')
          // A plan that was only recorded, or held back, has moved nothing.
          .where('started_at', 'is not', null)
          .where('state', 'not in', ['QUEUED', 'BLOCKED'])
          .where(sql<string>`json_extract(plan, '$.setAside.name')`, 'in', names.slice(at, at + AT_ONCE))
          .orderBy('id', 'desc')
          .execute()
        // The first of several is the one that moved it; the later ones went on with what it had left.
        for (const run of rows.map(toRunRecord)) {
          const name = run.plan?.setAside?.name
          if (name !== undefined) found.set(name, run)
        }
      }
      return found
    },
  }
}
