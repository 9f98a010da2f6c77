import { type Kysely, sql } from 'kysely'
import { StoreError } from './errors.ts'
import { decodeCursor, fromJson, pageOf } from './rows.ts'
import { archivedActions, archivedRun, archivedRuns } from './run-archive.ts'
import { toActionRecord, toRunColumns, toRunRecord } from './run-rows.ts'
import type { Schema } from './schema.ts'
import type { ActionRecord, RunRecord, Store } from './types.ts'

type Runs = Pick<Store, 'createRun' | 'updateRun' | 'run' | 'runs' | 'activeRuns' | 'recentRepairs' | 'lastRepairs'>

export function runsRepository(db: Kysely<Schema>): Runs {
  return {
    async createRun({ now, trigger, ...run }) {
      return db.transaction().execute(async (transaction) => {
        if (run.kind === 'REPAIR') {
          const active = await transaction
            .selectFrom('run')
            .select('id')
            .where('kind', '=', 'REPAIR')
            .where('dataset_id', '=', run.datasetId)
            .where('state', 'in', ['QUEUED', 'RUNNING'])
            .executeTakeFirst()
          if (active) return { ok: false, activeRunId: active.id }
        }
        const row = await transaction
          .insertInto('run')
          .values({
            kind: run.kind,
            state: 'QUEUED',
            trigger_type: trigger.type,
            actor_kind: trigger.actorKind ?? null,
            actor: trigger.actor,
            role: trigger.role,
            address: trigger.address,
            user_agent: trigger.userAgent,
            request_id: trigger.requestId,
            dataset_id: run.datasetId,
            scope: JSON.stringify(run.scope),
            reason: run.reason,
            plan: run.plan && JSON.stringify(run.plan),
            plan_id: run.planId,
            queued_at: now,
            bytes: 0,
            decisions: '[]',
            keep: Number(run.keep),
          })
          .returningAll()
          .executeTakeFirstOrThrow()
        return { ok: true, run: toRunRecord(row) }
      })
    },

    async updateRun(id, change) {
      const columns = toRunColumns(change)
      if (Object.keys(columns).length === 0) return
      const update = async (within: Kysely<Schema>) => {
        const { numUpdatedRows } = await within.updateTable('run').set(columns).where('id', '=', id).executeTakeFirst()
        if (numUpdatedRows === 0n) throw new StoreError('missing', `There is no run ${id}; it cannot be changed.`)
      }
      if (change.finishedAt == null) return update(db)
      const finishedAt = change.finishedAt
      await db.transaction().execute(async (transaction) => {
        await update(transaction)
        // Only one whose own end could not be written is still open when its run ends.
        await transaction
          .updateTable('action')
          .set({ state: 'INTERRUPTED', finished_at: finishedAt, error: 'How it ended could not be recorded.' })
          .where('run_id', '=', id)
          .where('state', '=', 'RUNNING')
          .execute()
      })
    },

    async run(id) {
      const row = await db.selectFrom('run').selectAll().where('id', '=', id).executeTakeFirst()
      return row ? toRunRecord(row) : archivedRun(db, id)
    },

    async runs(query) {
      let select = db
        .selectFrom('run')
        .selectAll()
        .orderBy('id', 'desc')
        .limit(query.limit + 1)
      const below = query.cursor === undefined ? null : decodeCursor(query.cursor, 'runs').id
      if (below !== null) select = select.where('id', '<', below)
      if (query.kind) select = select.where('kind', 'in', query.kind)
      if (query.state) select = select.where('state', 'in', query.state)
      if (query.datasetId !== undefined) select = select.where('dataset_id', '=', query.datasetId)
      if (query.actor !== undefined) select = select.where('actor', '=', query.actor)
      if (query.from !== undefined) select = select.where('queued_at', '>=', query.from)
      if (query.to !== undefined) select = select.where('queued_at', '<', query.to)
      const plain = (await select.execute()).map(toRunRecord)
      // A full page of rows has everything down to its end but what the archive has above that.
      const archived = await archivedRuns(db, query, { below, above: plain[query.limit]?.id ?? null })
      return pageOf(
        'runs',
        [...plain, ...archived].sort((a, b) => b.id - a.id),
        query.limit,
      )
    },

    async activeRuns() {
      const active = db.selectFrom('run').selectAll().where('state', 'in', ['QUEUED', 'RUNNING']).orderBy('id')
      return (await active.execute()).map(toRunRecord)
    },

    async recentRepairs(datasetId, limit) {
      const rows = await db
        .selectFrom('run')
        .selectAll()
        .where('dataset_id', '=', datasetId)
        .where('kind', '=', 'REPAIR')
        .where('state', 'not in', ['QUEUED', 'RUNNING'])
        // By id, never by date: a run that ended while the clock was ahead would be the newest one until that date.
        .orderBy('id', 'desc')
        .limit(limit)
        .execute()
      return rows.map(toRunRecord)
    },

    async lastRepairs() {
      const rows = await db
        .selectFrom('run')
        .select(['dataset_id', ({ fn }) => fn.max('finished_at').as('at')])
        .where('kind', '=', 'REPAIR')
        .where('state', 'in', ['SUCCEEDED', 'SUCCEEDED_WITH_WARNINGS'])
        .groupBy('dataset_id')
        .execute()
      return new Map(
        rows.flatMap(({ dataset_id: id, at }) => (id === null || at === null ? [] : [[id, Number(at)] as const])),
      )
    },
  }
}

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
