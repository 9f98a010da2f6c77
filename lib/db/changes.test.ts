import { expect, test } from 'bun:test'
import { emptyMemory } from '#lib/replication/memory.ts'
import type { Verdict } from '#lib/replication/types/verdict.ts'
import { MIGRATIONS } from './migrations/all.ts'
import { openStore } from './open.ts'
import { config, mapping, storeWithDatasets, temporaryDirectory } from './store-fixture.ts'
import type { ChangeEnd, ChangeQuery, NewChange, Store } from './types.ts'

const ITSELF: ChangeEnd = { by: 'itself', runId: null, actor: null }

function change(at: number, status: string, of: Partial<NewChange> = { datasetId: 'a' }): NewChange {
  return {
    ...{ at, subject: 'dataset', datasetId: null, host: null, pool: null, to: { status, reason: `${status}_WHY` } },
    ...{ message: `It is ${status}.`, evidence: { n: at }, ends: ITSELF, over: null },
    ...of,
  }
}

/** `5 BROKEN<HEALTHY 9 run 3`: when, what, what before, until when, ended by what. */
async function told(store: Store, query: Partial<ChangeQuery> = {}): Promise<readonly string[]> {
  const { items } = await store.changes({ limit: 100, ...query })
  return items.map(({ at, datasetId, host, pool, from, to, ended }) =>
    [
      at,
      datasetId ?? [host, pool].filter((part) => part !== null).join(':'),
      `${to.status}${from === null ? '' : `<${from.status}`}`,
      ...(ended === null ? [] : [ended.at, ended.by, ...(ended.runId === null ? [] : [ended.runId, ended.actor])]),
    ].join(' '),
  )
}

test('a change ends the one before it and says what it was; the same once more is no change', async () => {
  const store = await storeWithDatasets()
  const ends: ChangeEnd = { by: 'run', runId: 3, actor: 'anna' }
  expect(await store.addChanges([change(5, 'HEALTHY'), change(7, 'BROKEN'), change(8, 'BROKEN')])).toBe(2)
  expect(
    await store.addChanges([change(9, 'HEALTHY', { datasetId: 'a', ends }), change(9, 'BROKEN', { datasetId: 'b' })]),
  ).toBe(2)
  expect(await told(store, { datasetId: 'a' })).toEqual([
    '9 a HEALTHY<BROKEN',
    '7 a BROKEN<HEALTHY 9 run 3 anna',
    '5 a HEALTHY 7 itself',
  ])
  expect((await store.changes({ datasetId: 'a', limit: 1 })).items[0]).toMatchObject({
    message: 'It is HEALTHY.',
    evidence: { n: 9 },
  })
})

test('another reason of the same status is a change', async () => {
  const store = await storeWithDatasets()
  await store.addChanges([
    change(1, 'BROKEN'),
    change(2, 'BROKEN', { datasetId: 'a', to: { status: 'BROKEN', reason: 'OTHER' } }),
  ])
  expect(await told(store)).toHaveLength(2)
})

test('hosts and their pools are things of their own', async () => {
  const store = await storeWithDatasets()
  const host = { subject: 'host', host: 'hqs1' } as const
  const pool = { subject: 'pool', host: 'hqs1', pool: 'p' } as const
  await store.addChanges([
    change(1, 'UP', host),
    change(2, 'ONLINE', pool),
    change(3, 'DOWN', host),
    change(4, 'ONLINE', pool),
  ])
  expect(await told(store)).toEqual(['3 hqs1 DOWN<UP', '2 hqs1:p ONLINE', '1 hqs1 UP 3 itself'])
})

test('a run that did not succeed ended nothing', async () => {
  const store = await storeWithDatasets()
  const ends: ChangeEnd = { by: 'run', runId: 3, actor: 'anna' }
  await store.addChanges([change(1, 'BROKEN'), change(2, 'HEALTHY', { datasetId: 'a', ends })])
  await store.disownChanges(4)
  expect(await told(store)).toContain('1 a BROKEN 2 run 3 anna')
  await store.disownChanges(3)
  expect(await told(store)).toContain('1 a BROKEN 2 itself')
})

test('a clock that was set back puts nothing before what was seen earlier', async () => {
  const store = await storeWithDatasets()
  await store.addChanges([change(100, 'BROKEN'), change(50, 'HEALTHY')])
  expect(await told(store)).toEqual(['100 a HEALTHY<BROKEN', '100 a BROKEN 100 itself'])
})

const nobody = (from: number, to: number): NewChange =>
  change(from, 'NOT_LOOKING', { subject: 'witness', over: to, to: { status: 'NOT_LOOKING', reason: null } })

test('what is asked for by dataset, host, subject and time', async () => {
  const store = await storeWithDatasets()
  const host = { subject: 'host', host: 'hqs1' } as const
  await store.addChanges([
    change(10, 'HEALTHY'),
    change(20, 'DOWN', host),
    nobody(30, 60),
    change(70, 'BROKEN'),
    change(80, 'UP', { subject: 'host', host: 'hqs9' }),
  ])
  const times = async (query: Partial<ChangeQuery>) =>
    (await told(store, query)).map((line) => Number(line.split(' ')[0]))
  expect(await times({})).toEqual([80, 70, 30, 20, 10])
  expect(await times({ datasetId: 'a' })).toEqual([70, 30, 10])
  expect(await times({ datasetId: 'b' })).toEqual([30])
  // The datasets of the configuration have their backups on hqs1.
  expect(await times({ host: 'hqs1' })).toEqual([70, 30, 20, 10])
  expect(await times({ host: 'hqs9' })).toEqual([80, 30])
  expect(await times({ subject: ['host'] })).toEqual([80, 20])
  expect(await times({ from: 20, to: 70 })).toEqual([30, 20])
  // Nobody looked from 30 to 60: that concerns whoever asks for 40 to 50.
  expect(await times({ from: 40, to: 50 })).toEqual([30])
  expect(await times({ from: 60, to: 65 })).toEqual([])
})

test('pages go on where the one before ended, whatever comes meanwhile; another list has another cursor', async () => {
  const store = await storeWithDatasets()
  const statuses = ['A', 'B', 'C', 'D', 'E']
  await store.addChanges(statuses.map((status, index) => change(index < 3 ? 7 : 8, status)))
  const first = await store.changes({ limit: 2 })
  await store.addChanges([change(9, 'F')])
  const second = await store.changes({ limit: 2, cursor: first.nextCursor ?? '' })
  const third = await store.changes({ limit: 2, cursor: second.nextCursor ?? '' })
  expect([first, second, third].map(({ items }) => items.map(({ to }) => to.status))).toEqual([
    ['E', 'D'],
    ['C', 'B'],
    ['A'],
  ])
  expect(third.nextCursor).toBeNull()
  const { nextCursor } = await store.runs({ limit: 1 })
  expect(nextCursor).toBeNull()
  await expect(store.changes({ limit: 2, cursor: 'cnVuczox' })).rejects.toThrow('not one of the list "changes"')
})

test('how a dataset stood at a moment', async () => {
  const store = await storeWithDatasets()
  await store.addChanges([change(10, 'HEALTHY'), change(20, 'BROKEN')])
  const at = async (moment: number) => (await store.changeAt('a', moment))?.to.status ?? null
  expect([await at(9), await at(10), await at(19), await at(20), await at(99)]).toEqual([
    null,
    'HEALTHY',
    'HEALTHY',
    'BROKEN',
    'BROKEN',
  ])
})

test.each([
  ['none', [0, 10, 20, 30], 0, 30, []],
  ['one in the middle', [0, 10, 40, 50], 0, 50, [[10, 40]]],
  ['that began before the time asked for', [0, 40, 50], 20, 50, [[0, 40]]],
  ['that ends after it', [0, 10, 50], 0, 40, [[10, 50]]],
  ['that has not ended', [0, 10], 0, 40, [[10, null]]],
  ['before there was anything', [30, 40], 0, 40, []],
] as const)('gaps between looks: %s', async (_, looks, from, to, gaps) => {
  const store = await storeWithDatasets()
  await store.addLag(looks.map((at) => ({ datasetId: 'a', at, delaySeconds: 0, lagSeconds: 0, health: 'HEALTHY' })))
  await store.addLag([{ datasetId: 'b', at: 25, delaySeconds: 0, lagSeconds: 0, health: 'HEALTHY' }])
  const found = await store.lookGaps('a', from, to, 15)
  expect(found.map((gap) => [gap.from, gap.to])).toEqual(gaps.map(([begin, end]) => [begin, end]))
  expect(await store.lastLookAt()).toBe(Math.max(25, ...looks))
})

test('history follows a dataset that is called something else, and one that was renamed on its SAN', async () => {
  const store = await storeWithDatasets()
  await store.setPrimaryGuid('a', '77')
  await store.addChanges([change(5, 'HEALTHY'), change(6, 'BROKEN')])
  const { primary, backup } = mapping('a')
  await store.syncConfig(config([{ ...mapping('called'), primary, backup }, mapping('b')]), 2000)
  expect(await told(store, { datasetId: 'called' })).toEqual(['6 called BROKEN<HEALTHY', '5 called HEALTHY 6 itself'])
  // Another name on both sides: only its guid says that it is the same.
  await store.syncConfig(config([mapping('heir'), mapping('b')]), 3000)
  await store.addChanges([change(7, 'UNKNOWN', { datasetId: 'heir' })])
  await store.setPrimaryGuid('heir', '77')
  expect(await told(store, { datasetId: 'heir' })).toEqual([
    '7 heir UNKNOWN',
    '6 heir BROKEN<HEALTHY 7 itself',
    '5 heir HEALTHY 6 itself',
  ])
})

test('a dataset that nobody knows has none', async () => {
  const store = await storeWithDatasets()
  await expect(store.addChanges([change(1, 'HEALTHY', { datasetId: 'nobody' })])).rejects.toMatchObject({
    kind: 'constraint',
  })
})

test('an upgrade begins with how each dataset stands, and since when', async () => {
  const directory = temporaryDirectory()
  const before = await openStore({ directory, migrations: MIGRATIONS.filter(({ version }) => version < 11) })
  await before.syncConfig(config([mapping('a'), mapping('b')]), 1000)
  const reason = {
    code: 'LAG_CRITICAL',
    severity: 'BROKEN',
    message: 'Far behind.',
    action: null,
    evidence: {},
  } as const
  const verdict = { health: 'BROKEN', reason, reasons: [reason] } as unknown as Verdict
  const state = { memory: emptyMemory(), planHash: null, lastRunId: null, updatedAt: 42 }
  await before.saveState({ ...state, datasetId: 'a', verdict, since: 30 })
  await before.saveState({ ...state, datasetId: 'b', verdict: null, since: null })
  await before.close()
  const store = await openStore({ directory })
  const { items } = await store.changes({ limit: 10 })
  expect(items).toMatchObject([
    {
      at: 30,
      datasetId: 'a',
      from: null,
      to: { status: 'BROKEN', reason: 'LAG_CRITICAL' },
      message: 'Far behind.',
      ended: null,
    },
  ])
  await store.close()
})
