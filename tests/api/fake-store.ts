import { Database } from 'bun:sqlite'
import { Kysely } from 'kysely'
import { knownBrowsersRepository, sessionsRepository, tokensRepository, usersRepository } from '#lib/db/access.ts'
import { auditRepository } from '#lib/db/audit.ts'
import { Dialect } from '#lib/db/driver.ts'
import { BadCursor } from '#lib/db/errors.ts'
import { migrate } from '#lib/db/migrate.ts'
import { MIGRATIONS } from '#lib/db/migrations/all.ts'
import type { Schema } from '#lib/db/schema.ts'
import type { AccessStore, LogQuery, RunQuery, Store } from '#lib/db/types.ts'
import { NOW } from './fake-config.ts'
import { fakeRun } from './fake-views.ts'

export type FakeStore = Pick<
  Store,
  | 'runs'
  | 'setAsideRuns'
  | 'logs'
  | 'logStart'
  | 'lag'
  | 'invocations'
  | 'prune'
  | 'sizeBytes'
  | 'lastRepairs'
  | 'schemaVersion'
> & {
  readonly queries: (RunQuery | LogQuery)[]
}

export function fakeStore(): FakeStore {
  const queries: (RunQuery | LogQuery)[] = []
  const asked = <Q extends RunQuery | LogQuery>(query: Q): void => {
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
    logStart: async () => 1,
    setAsideRuns: async (names) =>
      new Map(
        names
          .filter((name) => name.includes('.zw-aside-'))
          .map((name) => [name, fakeRun(6, { kind: 'REPAIR', startedAt: NOW - 60_000, reason: 'after the swap' })]),
      ),
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
