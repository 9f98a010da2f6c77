import { describe, expect, test } from 'bun:test'
import { fakePlan } from '#tests/api/fake-views.ts'
import { BadCursor, StoreError } from './errors.ts'
import { byHttp, createdRun, newRun, storeWithDatasets } from './store-fixture.ts'

describe('a run', () => {
  test('is queued with everything that was asked for', async () => {
    const store = await storeWithDatasets()
    const run = await createdRun(store, {
      kind: 'REPAIR',
      datasetId: 'a',
      trigger: byHttp,
      scope: { pair: 'HQS8 → HQS1' },
      reason: 'after the swap',
      planId: '7c1e',
      keep: true,
    })
    expect(run).toEqual({
      id: run.id,
      kind: 'REPAIR',
      state: 'QUEUED',
      trigger: byHttp,
      datasetId: 'a',
      scope: { pair: 'HQS8 → HQS1' },
      reason: 'after the swap',
      plan: null,
      planId: '7c1e',
      queuedAt: 5000,
      startedAt: null,
      finishedAt: null,
      outcome: null,
      bytes: 0,
      error: null,
      decisions: [],
      progress: null,
      keep: true,
    })
    expect(await store.run(run.id)).toEqual(run)
    expect(await store.run(run.id + 1)).toBeNull()
  })

  test('changes only the fields named; null is a value, absence is none', async () => {
    const store = await storeWithDatasets()
    const { id } = await createdRun(store, { reason: 'kept' })
    const error = {
      kind: 'unreachable',
      message: 'no route',
      step: 2,
      host: 'hqs1',
      stderrTail: 'a\u0000b\ud83d\ude00',
      retryable: true,
    }
    const progress = {
      phase: 'transferring',
      stepIndex: 1,
      stepCount: 3,
      bytesDone: 2 ** 53 - 1,
      bytesTotal: null,
      totalIsEstimate: true,
      bytesPerSecond: 1.5,
      etaSeconds: null,
      lastByteAt: 9,
    } as const
    await store.updateRun(id, {
      state: 'FAILED',
      startedAt: 1,
      finishedAt: 2,
      bytes: 2 ** 53 - 1,
      error,
      progress,
      outcome: 'It failed.',
    })
    await store.updateRun(id, { progress: null, outcome: undefined })
    await store.updateRun(id, {})
    expect(await store.run(id)).toMatchObject({
      state: 'FAILED',
      reason: 'kept',
      bytes: 9007199254740991,
      error,
      progress: null,
      outcome: 'It failed.',
    })
  })

  test('that does not exist cannot be changed', async () => {
    const store = await storeWithDatasets()
    expect(store.updateRun(77, { state: 'FAILED' })).rejects.toMatchObject({ kind: 'missing' })
  })

  test('of an unknown dataset, or a repair of none, is refused by the database itself', async () => {
    const store = await storeWithDatasets()
    for (const datasetId of ['nobody', null]) {
      const refused = await store.createRun(newRun({ kind: 'REPAIR', datasetId })).catch((error: unknown) => error)
      expect(refused).toBeInstanceOf(StoreError)
      expect(refused).toMatchObject({ kind: 'constraint' })
    }
  })
})

describe('one active repair for each dataset', () => {
  test('of twenty at the same moment one gets the run, the others its id', async () => {
    const store = await storeWithDatasets()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => store.createRun(newRun({ kind: 'REPAIR', datasetId: 'a', trigger: byHttp }))),
    )
    const won = answers.flatMap((answer) => (answer.ok ? [answer.run.id] : []))
    const lost = answers.flatMap((answer) => (answer.ok ? [] : [answer.activeRunId]))
    expect(won).toHaveLength(1)
    expect(new Set(lost)).toEqual(new Set(won))
    expect(await store.activeRuns()).toHaveLength(1)
  })

  test('a running one still blocks; an ended one, another dataset and a check do not', async () => {
    const store = await storeWithDatasets()
    const first = await createdRun(store, { kind: 'REPAIR', datasetId: 'a' })
    await store.updateRun(first.id, { state: 'RUNNING', startedAt: 1 })
    expect(await store.createRun(newRun({ kind: 'REPAIR', datasetId: 'a' }))).toEqual({
      ok: false,
      activeRunId: first.id,
    })
    await createdRun(store, { kind: 'REPAIR', datasetId: 'b' })
    await createdRun(store, { kind: 'CHECK', datasetId: 'a' })
    await store.updateRun(first.id, { state: 'SUCCEEDED', finishedAt: 2 })
    const second = await createdRun(store, { kind: 'REPAIR', datasetId: 'a' })
    // The index, not only the question before the insert, keeps it so.
    expect(store.updateRun(first.id, { state: 'RUNNING' })).rejects.toMatchObject({ kind: 'constraint' })
    expect((await store.activeRuns()).map((run) => run.id)).toContain(second.id)
  })
})

describe('the list of runs', () => {
  test('is newest first, in pages that neither lose nor repeat one while new runs come in', async () => {
    const store = await storeWithDatasets()
    for (let n = 0; n < 7; n++) await createdRun(store, { now: 1000 + n })
    const seen: number[] = []
    let cursor: string | undefined
    do {
      const page = await store.runs({ limit: 3, cursor })
      seen.push(...page.items.map((run) => run.id))
      cursor = page.nextCursor ?? undefined
      await createdRun(store)
    } while (cursor)
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1])
  })

  test('ends exactly at a full page', async () => {
    const store = await storeWithDatasets()
    for (let n = 0; n < 3; n++) await createdRun(store)
    expect((await store.runs({ limit: 3 })).nextCursor).toBeNull()
  })

  test('answers each filter', async () => {
    const store = await storeWithDatasets()
    const scan = await createdRun(store, { now: 100 })
    const check = await createdRun(store, { kind: 'CHECK', datasetId: 'a', now: 200 })
    const repair = await createdRun(store, { kind: 'REPAIR', datasetId: 'b', trigger: byHttp, now: 300 })
    await store.updateRun(scan.id, { state: 'NO_CHANGE', finishedAt: 101 })
    const ids = async (query: object) => (await store.runs({ limit: 10, ...query })).items.map((run) => run.id)
    expect(await ids({ kind: ['CHECK', 'REPAIR'] })).toEqual([repair.id, check.id])
    expect(await ids({ state: ['NO_CHANGE'] })).toEqual([scan.id])
    expect(await ids({ datasetId: 'a' })).toEqual([check.id])
    expect(await ids({ actor: 'anna' })).toEqual([repair.id])
    expect(await ids({ from: 200, to: 300 })).toEqual([check.id])
    expect(await ids({ kind: [] })).toEqual([])
  })

  test.each([
    '',
    'rubbish',
    Buffer.from('logs:3').toString('base64url'),
    Buffer.from('runs:1e3').toString('base64url'),
    `${Buffer.from('runs:3').toString('base64url')}!`,
  ])('refuses the cursor %p', async (cursor) => {
    const store = await storeWithDatasets()
    expect(store.runs({ limit: 3, cursor })).rejects.toBeInstanceOf(BadCursor)
  })
})

test('recent repairs are those that ended, the last one first, whatever the clock said', async () => {
  const store = await storeWithDatasets()
  for (const [state, finishedAt] of [
    ['CANCELLED', 10],
    // While the clock was ahead.
    ['FAILED', 4_000_000_000_000],
    ['SUCCEEDED', 30],
  ] as const) {
    const { id } = await createdRun(store, { kind: 'REPAIR', datasetId: 'a' })
    await store.updateRun(id, { state, finishedAt })
  }
  await createdRun(store, { kind: 'REPAIR', datasetId: 'a' })
  await createdRun(store, { kind: 'CHECK', datasetId: 'a' })
  const recent = await store.recentRepairs('a', 2)
  expect(recent.map((run) => run.state)).toEqual(['SUCCEEDED', 'FAILED'])
  expect(await store.recentRepairs('b', 2)).toEqual([])
})

test('when a repair of each dataset succeeded last', async () => {
  const store = await storeWithDatasets()
  expect(await store.lastRepairs()).toEqual(new Map())
  const ended = [
    ['a', 'REPAIR', 'SUCCEEDED', 10],
    ['a', 'REPAIR', 'SUCCEEDED_WITH_WARNINGS', 20],
    ['a', 'REPAIR', 'FAILED', 30],
    ['a', 'CHECK', 'SUCCEEDED', 40],
    ['b', 'REPAIR', 'BLOCKED', 50],
  ] as const
  for (const [datasetId, kind, state, finishedAt] of ended) {
    const { id } = await createdRun(store, { kind, datasetId })
    await store.updateRun(id, { state, finishedAt })
  }
  expect(await store.lastRepairs()).toEqual(new Map([['a', 20]]))
})

const NAME = 'hqs1p1/a.zw-aside-20261122T000000Z'
const plan = fakePlan('a', { kind: 'SET_ASIDE_REWIND', setAside: { name: NAME, snapshots: 2, usedBytes: 7 } })

test('the first run that really worked by the plan is the one that made it', async () => {
  const store = await storeWithDatasets()
  const repair = async (state: 'BLOCKED' | 'FAILED' | 'SUCCEEDED', startedAt: number | null) => {
    const run = await createdRun(store, { kind: 'REPAIR', datasetId: 'a', plan })
    await store.updateRun(run.id, { state, startedAt, finishedAt: 9 })
    return run.id
  }
  await repair('BLOCKED', 5)
  await repair('FAILED', null)
  const made = await repair('FAILED', 6)
  await repair('SUCCEEDED', 7)
  const other = await createdRun(store, { kind: 'REPAIR', datasetId: 'b', plan: fakePlan('b') })
  await store.updateRun(other.id, { state: 'SUCCEEDED', startedAt: 8, finishedAt: 9 })

  const found = await store.setAsideRuns([NAME, 'hqs1p1/a.zw-aside-20200101T000000Z'])
  expect([...found].map(([name, run]) => [name, run.id])).toEqual([[NAME, made]])
  expect((await store.setAsideRuns([])).size).toBe(0)
})

test('more names than one statement takes', async () => {
  const store = await storeWithDatasets()
  const run = await createdRun(store, { kind: 'REPAIR', datasetId: 'a', plan })
  await store.updateRun(run.id, { state: 'SUCCEEDED', startedAt: 7, finishedAt: 9 })
  const names = Array.from({ length: 450 }, (_, n) => `other${n}`)
  expect([...(await store.setAsideRuns([...names, NAME])).keys()]).toEqual([NAME])
})
