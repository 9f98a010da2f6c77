import { Database } from 'bun:sqlite'
import { Kysely } from 'kysely'
import { knownBrowsersRepository, sessionsRepository, tokensRepository, usersRepository } from '#lib/db/access.ts'
import { auditRepository } from '#lib/db/audit.ts'
import { Dialect } from '#lib/db/driver.ts'
import { BadCursor } from '#lib/db/errors.ts'
import { migrate } from '#lib/db/migrate.ts'
import { MIGRATIONS } from '#lib/db/migrations/all.ts'
import type { Schema } from '#lib/db/schema.ts'
import type { AccessStore, ChangeQuery, ChangeRecord, LogQuery, RunQuery, Store } from '#lib/db/types.ts'
import { NOW } from './fake-config.ts'
import { fakeIncident, fakeMessage, INCIDENT } from './fake-telling.ts'
import { fakeRun } from './fake-views.ts'

export type FakeStore = Pick<
  Store,
  | 'runs'
  | 'setAsideRuns'
  | 'incidents'
  | 'incident'
  | 'messagesOf'
  | 'messages'
  | 'waitingCount'
  | 'logs'
  | 'logStart'
  | 'lag'
  | 'changes'
  | 'changeAt'
  | 'lookGaps'
  | 'lookSpans'
  | 'objectives'
  | 'saveObjectives'
  | 'verifications'
  | 'newestRepairs'
  | 'movingRepairs'
  | 'uncovered'
  | 'invocations'
  | 'prune'
  | 'sizeBytes'
  | 'lastRepairs'
  | 'schemaVersion'
> & {
  readonly queries: (RunQuery | LogQuery | ChangeQuery)[]
}

/** A dataset broke and was repaired by a run of anna's. */
const CHANGE: ChangeRecord = {
  ...{ id: 1, at: NOW - 7_200_000, subject: 'dataset', datasetId: 'hq10-7.L1S4DAT1', host: null, pool: null },
  from: { status: 'HEALTHY', reason: 'UP_TO_DATE' },
  to: { status: 'BROKEN', reason: 'LAG_CRITICAL' },
  ...{ message: 'hqs7 is 26 d behind hqs10.', evidence: { delaySeconds: 2_246_400 } },
  ended: { at: NOW - 3_600_000, by: 'run', runId: 6, actor: 'anna' },
}
const HOST: ChangeRecord = {
  ...{
    id: 2,
    at: NOW - 1_800_000,
    subject: 'host',
    datasetId: null,
    host: 'hqs7',
    pool: null,
    from: null,
    ended: null,
  },
  ...{ to: { status: 'UNREACHABLE', reason: 'refused' }, message: 'hqs7 refused the connection.', evidence: {} },
}

export function fakeStore(): FakeStore {
  const queries: (RunQuery | LogQuery | ChangeQuery)[] = []
  const asked = <Q extends RunQuery | LogQuery | ChangeQuery>(query: Q): void => {
    queries.push(query)
    if (query.cursor === 'bad') throw new BadCursor('runs')
  }
  return {
    queries,
    schemaVersion: 1,
    sizeBytes: async () => 2 ** 20,
    lastRepairs: async () => new Map([['hq8-1.ok', NOW - 86_400_000]]),
    runs: async (query) => {
      asked(query)
      return { items: [fakeRun(7, { state: 'RUNNING', startedAt: NOW - 4000 }), fakeRun(6)], nextCursor: 'more' }
    },
    logs: async (query) => {
      asked(query)
      const items = [1, 2].map((id) => ({
        id,
        at: NOW + id,
        level: 'info' as const,
        component: 'engine',
        message: `line ${id}`,
        runId: query.runId ?? null,
        datasetId: null,
        host: null,
        requestId: null,
        fields: { n: id },
      }))
      return { items, nextCursor: null }
    },
    incidents: async ({ cursor, open }) => {
      if (cursor === 'bad') throw new BadCursor('incident')
      return { items: open === false ? [] : [fakeIncident()], nextCursor: null }
    },
    incident: async (id) => (id === INCIDENT ? fakeIncident() : null),
    messagesOf: async () => [fakeMessage()],
    messages: async () => [fakeMessage()],
    waitingCount: async () => new Map([['chat', 1]]),
    logStart: async () => 1,
    setAsideRuns: async (names) =>
      new Map(
        names
          .filter((name) => name.includes('.zw-aside-'))
          .map((name) => [name, fakeRun(6, { kind: 'REPAIR', startedAt: NOW - 60_000, reason: 'after the swap' })]),
      ),
    changes: async (query) => {
      asked(query)
      return { items: [HOST, CHANGE], nextCursor: query.cursor === undefined ? 'more' : null }
    },
    changeAt: async () => CHANGE,
    lookGaps: async (_, from) => [{ from, to: null }],
    lookSpans: async ({ from, to }) => [{ state: 'inside', from, to: to - 60_000 }],
    objectives: async () => [],
    saveObjectives: async () => {},
    verifications: async () => [{ datasetId: 'hq10-7.L1S4DAT1', at: NOW - 86_400_000, result: 'VERIFIED', report: {} }],
    newestRepairs: async () =>
      new Map([['hq10-7.L1S4DAT1', fakeRun(6, { kind: 'REPAIR', startedAt: NOW - 60_000, finishedAt: NOW - 30_000 })]]),
    movingRepairs: async () => [fakeRun(5, { kind: 'REPAIR', startedAt: NOW - 90_000, datasetId: 'hq10-7.L1S4DAT1' })],
    uncovered: async () => [
      {
        host: 'hqs10',
        at: NOW - 3_600_000,
        datasets: 12,
        count: 2,
        bytes: 8192,
        names: ['hqs10p1/scratch', 'hqs10p1/=1+1'],
      },
    ],
    lag: async (_, from) => [{ at: from, delaySeconds: 5, lagSeconds: 10, health: 'HEALTHY' }],
    invocations: async (name) => [
      {
        id: 1,
        name: name ?? 'scan',
        trigger: 'schedule',
        actor: 'scheduler',
        input: {},
        state: 'SUCCEEDED',
        startedAt: NOW,
        finishedAt: NOW + 5,
        outcome: { end: 'ENDED' },
        error: null,
      },
    ],
    prune: async () => ({
      runs: 1,
      logs: 2,
      lag: 3,
      told: 0,
      changes: 1,
      invocations: 4,
      thinned: 0,
      forgotten: 0,
      maintenances: 0,
      gap: null,
    }),
  }
}

/** Users, sessions, tokens and the audit as in the product, in a database that is only in memory. */
export async function memoryAccessStore(): Promise<AccessStore> {
  const database = new Database(':memory:', { strict: true })
  const db = new Kysely<Schema>({ dialect: new Dialect(database) })
  await migrate(db, { file: ':memory:', from: 0, migrations: MIGRATIONS, copyBefore: () => {} })
  return {
    ...usersRepository(db),
    ...sessionsRepository(db),
    ...knownBrowsersRepository(db),
    ...tokensRepository(db),
    ...auditRepository(db),
  }
}
