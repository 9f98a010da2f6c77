import { expect, setDefaultTimeout, test } from 'bun:test'
import { StoreError } from '#lib/db/errors.ts'
import type { OpenedStore } from '#lib/db/store.ts'
import { createdRun, storeWithDatasets } from '#lib/db/store-fixture.ts'
import type { DatasetStateRecord, Trigger } from '#lib/db/types.ts'
import type { DatasetView, HostState } from '#lib/engine/types.ts'
import { emptyMemory } from '#lib/replication/memory.ts'
import type { Health, Json, ReasonCode } from '#lib/replication/types/reason.ts'
import type { Verdict } from '#lib/replication/types/verdict.ts'
import { createHistoryRecorder } from './recorder.ts'

setDefaultTimeout(60_000)

const MINUTE = 60_000
const byAnna: Trigger = {
  ...{ type: 'http', actor: 'anna', role: 'operator', address: null, userAgent: null, requestId: null },
}

function judged(
  health: Health,
  code: ReasonCode,
  at: number,
  more: { readonly id?: string; readonly runId?: number; readonly evidence?: { readonly [key: string]: Json } } = {},
): DatasetStateRecord {
  const { id = 'a', runId = null, evidence = {} } = more
  const reason = { code, severity: health, message: `It is ${code}.`, action: null, evidence }
  const verdict = {
    health,
    reason,
    reasons: [reason],
    judgedAt: at,
    looked: health !== 'UNKNOWN',
  } as unknown as Verdict
  return { datasetId: id, verdict, memory: emptyMemory(), since: at, planHash: null, lastRunId: runId, updatedAt: at }
}

interface Bench {
  readonly store: OpenedStore
  readonly said: string[]
  readonly clock: { at: number }
  recorder: ReturnType<typeof createHistoryRecorder>
  /** As after a restart. */
  again(store?: Partial<OpenedStore>): Promise<void>
  told(): Promise<readonly string[]>
}

async function bench(datasets: readonly Partial<DatasetView>[] = []): Promise<Bench> {
  const store = await storeWithDatasets()
  const said: string[] = []
  const clock = { at: 0 }
  const made = (over: Partial<OpenedStore>) =>
    createHistoryRecorder({
      store: { ...store, ...over },
      datasets: () => datasets as readonly DatasetView[],
      cadence: () => ({ intervalSeconds: 300 }),
      zone: () => 'UTC',
      log: { error: (line) => void said.push(line), warn: (line) => void said.push(line) },
      now: () => clock.at,
    })
  const it: Bench = {
    ...{ store, said, clock, recorder: made({}) },
    async again(over = {}) {
      await it.recorder.settled()
      it.recorder = made(over)
      await it.recorder.start()
    },
    async told() {
      await it.recorder.settled()
      const { items } = await store.changes({ limit: 200 })
      return items
        .toReversed()
        .map(({ datasetId, host, pool, to, ended }) =>
          [
            datasetId ?? [host, pool].filter((part) => part !== null).join(':'),
            to.status,
            to.reason,
            ended?.by,
            ended?.runId,
            ended?.actor,
          ]
            .filter((part) => part != null)
            .join(' '),
        )
    },
  }
  return it
}

test('what does not change is written once, also over a restart; what changed meanwhile is seen at the next look', async () => {
  const it = await bench()
  const { dataset } = it.recorder.listener
  for (let n = 1; n <= 5; n++) dataset?.(judged('HEALTHY', n % 2 === 0 ? 'WITHIN_POLICY' : 'UP_TO_DATE', n * MINUTE))
  expect(await it.told()).toEqual(['a HEALTHY UP_TO_DATE'])
  await it.again()
  it.recorder.listener.dataset?.(judged('HEALTHY', 'WITHIN_POLICY', 6 * MINUTE))
  expect(await it.told()).toEqual(['a HEALTHY UP_TO_DATE'])
  await it.again()
  it.recorder.listener.dataset?.(judged('BROKEN', 'LAG_CRITICAL', 7 * MINUTE))
  expect(await it.told()).toEqual(['a HEALTHY UP_TO_DATE itself', 'a BROKEN LAG_CRITICAL'])
})

test('a check of a thousand datasets without changes asks the database nothing', async () => {
  const it = await bench()
  let asked = 0
  const counting = new Proxy(it.store, {
    get: (target, key) => {
      asked++
      return Reflect.get(target, key)
    },
  })
  it.recorder.listener.dataset?.(judged('HEALTHY', 'UP_TO_DATE', MINUTE))
  await it.again({ addChanges: (changes) => counting.addChanges(changes), run: (id) => counting.run(id) })
  const look = (at: number) => {
    for (const id of ['a', 'b']) it.recorder.listener.dataset?.(judged('HEALTHY', 'UP_TO_DATE', at, { id }))
  }
  look(2 * MINUTE)
  await it.recorder.settled()
  const first = asked
  for (let n = 3; n < 503; n++) look(n * MINUTE)
  await it.recorder.settled()
  expect([first > 0, asked - first]).toEqual([true, 0])
})

test('the repair whose own look shows it better ended it; one that fails after all did not', async () => {
  const it = await bench()
  const good = await createdRun(it.store, { kind: 'REPAIR', datasetId: 'a', trigger: byAnna })
  const { dataset, run } = it.recorder.listener
  dataset?.(judged('BROKEN', 'LAG_CRITICAL', 1))
  dataset?.(judged('HEALTHY', 'UP_TO_DATE', 2, { runId: good.id }))
  await it.store.updateRun(good.id, { state: 'SUCCEEDED', finishedAt: 3 })
  run?.({ ...good, state: 'SUCCEEDED', finishedAt: 3 })
  const bad = await createdRun(it.store, { kind: 'REPAIR', datasetId: 'a' })
  dataset?.(judged('BROKEN', 'LAG_CRITICAL', 4))
  dataset?.(judged('WARNING', 'LAGGING', 5, { runId: bad.id }))
  expect((await it.told())[2]).toBe(`a BROKEN LAG_CRITICAL run ${bad.id} schedule`)
  run?.({ ...bad, state: 'FAILED', finishedAt: 6 })
  expect(await it.told()).toEqual([
    `a BROKEN LAG_CRITICAL run ${good.id} anna`,
    'a HEALTHY UP_TO_DATE itself',
    'a BROKEN LAG_CRITICAL itself',
    'a WARNING LAGGING',
  ])
})

test('what a scan sees better while a repair is under way, the repair has brought', async () => {
  const it = await bench()
  const scan = await createdRun(it.store, {})
  const repair = await createdRun(it.store, { kind: 'REPAIR', datasetId: 'a', trigger: byAnna })
  const { dataset, run } = it.recorder.listener
  dataset?.(judged('BROKEN', 'LAG_CRITICAL', 1))
  run?.({ ...repair, state: 'RUNNING', startedAt: 2 })
  dataset?.(judged('WARNING', 'LAGGING', 3, { runId: scan.id }))
  await it.recorder.settled()
  run?.({ ...repair, state: 'SUCCEEDED', startedAt: 2, finishedAt: 4 })
  dataset?.(judged('HEALTHY', 'UP_TO_DATE', 5, { runId: scan.id }))
  expect(await it.told()).toEqual([
    `a BROKEN LAG_CRITICAL run ${repair.id} anna`,
    'a WARNING LAGGING itself',
    'a HEALTHY UP_TO_DATE',
  ])
})

test('a look by a run of another dataset, a scan, and a repair that made it worse end nothing', async () => {
  const it = await bench()
  const scan = await createdRun(it.store, { trigger: byAnna, reason: 'a look' })
  const other = await createdRun(it.store, { kind: 'REPAIR', datasetId: 'b' })
  const own = await createdRun(it.store, { kind: 'REPAIR', datasetId: 'a' })
  const { dataset } = it.recorder.listener
  dataset?.(judged('BROKEN', 'LAG_CRITICAL', 1))
  dataset?.(judged('WARNING', 'LAGGING', 2, { runId: scan.id }))
  dataset?.(judged('HEALTHY', 'UP_TO_DATE', 3, { runId: other.id }))
  dataset?.(judged('BROKEN', 'HALF_DONE_SWAP', 4, { runId: own.id }))
  expect((await it.told()).every((line, at) => at === 3 || line.endsWith('itself'))).toBe(true)
})

test('the word of a person ends what waited for it', async () => {
  const it = await bench()
  const scope = { kind: 'datasets', ids: ['a'] }
  const word = await createdRun(it.store, { trigger: byAnna, scope, reason: 'restored on purpose' })
  const check = await createdRun(it.store, { kind: 'CHECK', trigger: byAnna, scope, reason: 'a look' })
  const { dataset } = it.recorder.listener
  dataset?.(judged('BROKEN', 'PRIMARY_REWOUND', 1))
  dataset?.(judged('HEALTHY', 'UP_TO_DATE', 2, { runId: word.id }))
  dataset?.(judged('BROKEN', 'PRIMARY_REWOUND', 3))
  dataset?.(judged('HEALTHY', 'UP_TO_DATE', 4, { runId: check.id }))
  dataset?.(judged('BROKEN', 'CHILDREN_GONE', 5))
  await it.recorder.settled()
  await it.store.setControl({ datasetId: 'a', kind: 'ack', until: null, by: 'ben', reason: null, at: 6 })
  dataset?.(judged('WARNING', 'RETIRED', 7))
  expect((await it.told()).filter((line) => line.includes('BROKEN'))).toEqual([
    `a BROKEN PRIMARY_REWOUND person ${word.id} anna`,
    'a BROKEN PRIMARY_REWOUND itself',
    'a BROKEN CHILDREN_GONE person ben',
  ])
})

const host = (at: number, change: Partial<HostState>): HostState => ({
  ...{ id: 'hqs1', reachable: true, latencyMs: 1, checkedAt: at, seenAt: at, skewSeconds: 0, fault: null, pools: [] },
  ...change,
})
const pool = (health: string) => ({ name: 'p', health, readonly: false, sizeBytes: 1, freeBytes: 1 })

test('hosts go and come back; a host that does not answer says nothing of its pools', async () => {
  const it = await bench()
  const { host: say } = it.recorder.listener
  say?.(host(0, { reachable: null, checkedAt: null }))
  say?.(host(1, { pools: [pool('ONLINE')] }))
  say?.(host(2, { reachable: false, pools: [pool('ONLINE')] }))
  say?.(host(3, { pools: [] }))
  say?.(host(4, { pools: [pool('DEGRADED')] }))
  expect(await it.told()).toEqual([
    'hqs1 REACHABLE itself',
    'hqs1:p ONLINE itself',
    'hqs1 UNREACHABLE itself',
    'hqs1 REACHABLE',
    'hqs1:p DEGRADED',
  ])
})

test('a pool that is in no list is told by the datasets on it', async () => {
  const it = await bench()
  it.recorder.listener.host?.(host(1, { pools: [pool('ONLINE')] }))
  const evidence = { host: 'hqs1', pool: 'p', health: 'not imported' }
  for (const id of ['a', 'b']) it.recorder.listener.dataset?.(judged('BROKEN', 'POOL_UNAVAILABLE', 2, { id, evidence }))
  it.recorder.listener.host?.(host(3, { pools: [pool('ONLINE')] }))
  expect((await it.told()).filter((line) => line.startsWith('hqs1:'))).toEqual([
    'hqs1:p ONLINE itself',
    'hqs1:p not imported itself',
    'hqs1:p ONLINE',
  ])
})

test('a child that is gone on its primary is looked at no more: that is its last change', async () => {
  const dataset = { id: 'a', retired: true, retiredAt: 5 } as DatasetView['dataset']
  const verdict = judged('HEALTHY', 'RETIRED', 5).verdict as Verdict
  const it = await bench([{ dataset, verdict }])
  it.recorder.listener.dataset?.(judged('HEALTHY', 'UP_TO_DATE', 1))
  const scan = await createdRun(it.store, {})
  it.recorder.listener.run?.({ ...scan, state: 'SUCCEEDED', finishedAt: 6 })
  expect(await it.told()).toEqual(['a HEALTHY UP_TO_DATE itself', 'a HEALTHY RETIRED'])
})

test('a time in which nobody looked is on record, before a restart and within one life; a check that slips is none', async () => {
  const it = await bench()
  await it.store.addLag([{ datasetId: 'a', at: MINUTE, delaySeconds: 0, lagSeconds: 0, health: 'HEALTHY' }])
  await it.again()
  const look = (minutes: number) => it.recorder.listener.dataset?.(judged('HEALTHY', 'UP_TO_DATE', minutes * MINUTE))
  for (const minutes of [60, 65, 75, 100, 105]) look(minutes)
  await it.recorder.settled()
  const { items } = await it.store.changes({ subject: ['witness'], limit: 10 })
  expect(items.map(({ at, ended }) => [at / MINUTE, (ended?.at ?? 0) / MINUTE])).toEqual([
    [75, 100],
    [1, 60],
  ])
  expect(items[1]?.message).toBe(
    'Nobody looked at any dataset from 1970-01-01 00:01 to 1970-01-01 01:00 (59 min): the witness was off, or its schedule was.',
  )
})

test('a database that takes nothing keeps nothing up, is said once, and has all of it as soon as it takes it again', async () => {
  const it = await bench()
  let full = true
  const addChanges: OpenedStore['addChanges'] = async (changes) => {
    if (full) throw new StoreError('full', 'The disk is full.')
    return it.store.addChanges(changes)
  }
  await it.again({ addChanges })
  const { dataset } = it.recorder.listener
  dataset?.(judged('HEALTHY', 'UP_TO_DATE', 1))
  dataset?.(judged('BROKEN', 'LAG_CRITICAL', 2))
  await it.recorder.settled()
  dataset?.(judged('WARNING', 'LAGGING', 3))
  await it.recorder.settled()
  expect(it.said.filter((line) => line.includes('takes nothing'))).toHaveLength(1)
  full = false
  // Not at once: nothing is tried in vain with every dataset of a check.
  it.clock.at += 60_000
  dataset?.(judged('HEALTHY', 'UP_TO_DATE', 4))
  expect(await it.told()).toEqual([
    'a HEALTHY UP_TO_DATE itself',
    'a BROKEN LAG_CRITICAL itself',
    'a WARNING LAGGING itself',
    'a HEALTHY UP_TO_DATE',
  ])
})

test('what waits is bounded, and what was given up is said and seen again later', async () => {
  const it = await bench()
  let full = true
  const addChanges: OpenedStore['addChanges'] = async (changes) => {
    if (full) throw new StoreError('full', 'The disk is full.')
    return it.store.addChanges(changes)
  }
  await it.again({ addChanges })
  const { dataset } = it.recorder.listener
  for (let n = 1; n <= 10_000; n++) dataset?.(judged(n % 2 === 0 ? 'BROKEN' : 'HEALTHY', 'LAG_CRITICAL', n))
  dataset?.(judged('WARNING', 'LAGGING', 20_000, { id: 'b' }))
  expect(it.said.at(-1)).toContain('so 1 were given up')
  full = false
  await it.recorder.settled()
  dataset?.(judged('WARNING', 'LAGGING', 20_001, { id: 'b' }))
  expect((await it.told()).at(-1)).toBe('b WARNING LAGGING')
})

test('one that the database refuses keeps no other from it', async () => {
  const it = await bench()
  const { dataset } = it.recorder.listener
  dataset?.(judged('HEALTHY', 'UP_TO_DATE', 1, { id: 'nobody' }))
  dataset?.(judged('HEALTHY', 'UP_TO_DATE', 1))
  expect(await it.told()).toEqual(['a HEALTHY UP_TO_DATE'])
  expect(it.said).toEqual([expect.stringContaining('could not be put on record')])
})

test('what a SAN says is bounded and can be shown', async () => {
  const it = await bench()
  const state = judged('UNKNOWN', 'HOST_UNREACHABLE', 1, { evidence: { said: 'x'.repeat(100_000) } })
  const reason = { ...state.verdict?.reason, message: `\u001b[31m${'y'.repeat(100_000)}` }
  it.recorder.listener.dataset?.({ ...state, verdict: { ...state.verdict, reason } as Verdict })
  await it.recorder.settled()
  const [row] = (await it.store.changes({ limit: 1 })).items
  expect([row?.message.length, row?.message.startsWith('y'), row?.evidence]).toEqual([2000, true, { tooLong: 100_011 }])
})
