import type { Kysely } from 'kysely'
import type { Json } from '#lib/replication/types/reason.ts'
import { StoreError } from './errors.ts'
import { fromJson } from './rows.ts'
import type { Row, Schema } from './schema.ts'
import type { InvocationRecord, Store } from './types.ts'

type Invocations = Pick<Store, 'beginInvocation' | 'endInvocation' | 'invocations'>

export function invocationsRepository(db: Kysely<Schema>): Invocations {
  return {
    async beginInvocation(record) {
      const insert = db.insertInto('invocation').values({
        name: record.name,
        trigger_type: record.trigger,
        actor: record.actor,
        input: JSON.stringify(record.input),
        state: 'RUNNING',
        started_at: record.startedAt,
        outcome: 'null',
      })
      return (await insert.returning('id').executeTakeFirstOrThrow()).id
    },

    async endInvocation(id, end) {
      const { numUpdatedRows } = await db
        .updateTable('invocation')
        .set({ state: end.state, finished_at: end.finishedAt, outcome: JSON.stringify(end.outcome), error: end.error })
        .where('id', '=', id)
        .executeTakeFirst()
      if (numUpdatedRows === 0n) throw new StoreError('missing', `There is no invocation ${id}; it cannot be ended.`)
    },

    async invocations(name, limit) {
      let select = db.selectFrom('invocation').selectAll().orderBy('id', 'desc').limit(limit)
      if (name !== null) select = select.where('name', '=', name)
      return (await select.execute()).map(toRecord)
    },
  }
}

function toRecord(row: Row<'invocation'>): InvocationRecord {
  return {
    id: row.id,
    name: row.name,
    trigger: row.trigger_type,
    actor: row.actor,
    input: fromJson<Json>(row.input),
    state: row.state,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    outcome: fromJson<Json>(row.outcome),
    error: row.error,
  }
}
