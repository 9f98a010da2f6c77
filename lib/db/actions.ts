import type { Kysely } from 'kysely'
import { StoreError } from './errors.ts'
import { fromJson } from './json.ts'
import { archivedActions } from './run-archive.ts'
import { toActionRecord } from './run-rows.ts'
import type { Schema } from './schema.ts'
import type { ActionRecord, Store } from './types.ts'

type Actions = Pick<Store, 'beginAction' | 'endAction' | 'actions'>

export function actionsRepository(db: Kysely<Schema>): Actions {
  return {
    async beginAction(action) {
      const insert = db.insertInto('action').values({
        run_id: action.runId,
        dataset_id: action.datasetId,
        step: action.step,
        kind: action.kind,
        title: action.title,
        host: action.host,
        command: JSON.stringify(action.command),
        state: 'RUNNING',
        started_at: action.now,
        detail: JSON.stringify(action.detail),
      })
      return (await insert.returning('id').executeTakeFirstOrThrow()).id
    },

    // The detail given at the end is added to the one from the beginning: evidence is never overwritten wholesale.
    async endAction(id, end) {
      await db.transaction().execute(async (transaction) => {
        const row = await transaction.selectFrom('action').select('detail').where('id', '=', id).executeTakeFirst()
        if (!row) throw new StoreError('missing', `There is no action ${id}; it cannot be ended.`)
        const detail = { ...fromJson<ActionRecord['detail']>(row.detail), ...end.detail }
        await transaction
          .updateTable('action')
          .set({
            state: end.state,
            exit_code: end.exitCode,
            bytes: end.bytes,
            error: end.error,
            detail: JSON.stringify(detail),
            finished_at: end.now,
          })
          .where('id', '=', id)
          .execute()
      })
    },

    async actions(runId) {
      const rows = await db.selectFrom('action').selectAll().where('run_id', '=', runId).orderBy('id').execute()
      return rows.length > 0 ? rows.map(toActionRecord) : archivedActions(db, runId)
    },
  }
}
