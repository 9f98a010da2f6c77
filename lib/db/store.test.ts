import { describe, expect, test } from 'bun:test'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Memory, Verdict } from '#lib/replication/types/verdict.ts'
import { openStore } from './open.ts'
import { bySchedule, createdRun, freshStore, storeWithDatasets, temporaryDirectory } from './store-fixture.ts'

const memory: Memory = {
  common: { guid: '18446744073709551615', at: 1 },
  primary: { guid: '9007199254740993', newestCreatetxg: '18446744073709551614' },
  backupWritten: null,
  firstMissing: { '18446744073709551613': 7 },
  token: null,
  last: null,
  backupSeenAt: null,
}
const verdict: Verdict = {
  health: 'HEALTHY',
  reason: { code: 'UP_TO_DATE', severity: 'HEALTHY', message: 'Up to date.', action: null, evidence: {} },
  reasons: [],
  delaySeconds: 0,
  lagSeconds: 12.5,
  behind: null,
  newestCommon: { name: 'auto-1', guid: '18446744073709551615', creation: 1 },
  newestPrimary: null,
  newestBackup: null,
  oldestMissing: null,
  looked: true,
  lastLookAt: 3,
  judgedAt: 3,
}

describe('states', () => {
  test('come back as they were saved, guids to the last digit, and a second save replaces the first', async () => {
    const store = await storeWithDatasets()
    const { id } = await createdRun(store)
    const record = { datasetId: 'a', verdict, memory, since: 5, planHash: 'f00', lastRunId: id, updatedAt: 9 }
    await store.saveState({ ...record, verdict: null, lastRunId: null })
    await store.saveState(record)
    expect(await store.state('a')).toEqual(record)
    expect(await store.state('b')).toBeNull()
    expect([...(await store.states()).keys()]).toEqual(['a'])
  })

  test('of a scan are saved all or none', async () => {
    const store = await storeWithDatasets()
    const record = { datasetId: 'a', verdict, memory, since: null, planHash: null, lastRunId: null, updatedAt: 9 }
    expect(store.saveStates([record, { ...record, datasetId: 'nobody' }])).rejects.toMatchObject({ kind: 'constraint' })
    expect((await store.states()).size).toBe(0)
    await store.saveStates([])
    await store.saveStates([record, { ...record, datasetId: 'b' }])
    expect((await store.states()).size).toBe(2)
  })
})

test('an action keeps the detail of its beginning and adds that of its end', async () => {
  const store = await storeWithDatasets()
  const { id: runId } = await createdRun(store)
  const begin = {
    runId,
    datasetId: 'a',
    step: 1,
    kind: 'TRANSFER',
    title: 'Send what is missing',
    host: 'hqs8',
    command: [
      ['zfs', 'send', '-I', '@a', 'p/d@b'],
      ['zfs', 'receive', '-s', '-u', 'b/d'],
    ],
  } as const
  const id = await store.beginAction({ ...begin, detail: { token: null, base: '18446744073709551615' }, now: 10 })
  await store.endAction(id, {
    state: 'SUCCEEDED',
    exitCode: 0,
    bytes: 2 ** 53 - 1,
    error: null,
    detail: { arrived: 3 },
    now: 20,
  })
  expect(await store.actions(runId)).toEqual([
    {
      ...begin,
      id,
      state: 'SUCCEEDED',
      startedAt: 10,
      finishedAt: 20,
      exitCode: 0,
      bytes: 9007199254740991,
      error: null,
      detail: { token: null, base: '18446744073709551615', arrived: 3 },
    },
  ])
  expect(store.endAction(99, { state: 'FAILED', exitCode: 1, bytes: null, error: 'x', now: 1 })).rejects.toMatchObject({
    kind: 'missing',
  })
})

test('bytes that a number cannot hold exactly are refused, not rounded', async () => {
  const store = await storeWithDatasets()
  const { id } = await createdRun(store)
  expect(store.updateRun(id, { bytes: 2 ** 53 })).rejects.toMatchObject({ kind: 'constraint' })
  expect(store.updateRun(id, { bytes: -1 })).rejects.toMatchObject({ kind: 'constraint' })
})

test('controls are in force until their time; setting one again replaces it', async () => {
  const store = await storeWithDatasets()
  const pause = { datasetId: 'a', kind: 'pause', until: 100, by: 'anna', reason: null, at: 1 } as const
  const ack = { datasetId: 'a', kind: 'ack', until: null, by: 'ben', reason: 'known', at: 2 } as const
  await store.setControl({ ...pause, until: 50 })
  await store.setControl(pause)
  await store.setControl(ack)
  expect(await store.controls(99)).toEqual([ack, pause])
  expect(await store.controls(100)).toEqual([ack])
  await store.clearControl('a', 'ack')
  expect(await store.controls(1)).toEqual([pause])
})

test('lag is answered in buckets with the worst of each; a bucket without a point is left out', async () => {
  const store = await storeWithDatasets()
  const points = [
    [1000, 10, null, 'HEALTHY'],
    [1400, 90.5, 5, 'BROKEN'],
    [1999, 20, 7, 'WARNING'],
    [3000, null, null, 'UNKNOWN'],
    [4000, 1, 1, 'HEALTHY'],
  ] as const
  for (const [at, delaySeconds, lagSeconds, health] of points)
    await store.addLag([{ datasetId: 'a', at, delaySeconds, lagSeconds, health }])
  await store.addLag([{ datasetId: 'a', at: 1999, delaySeconds: 30, lagSeconds: 7, health: 'WARNING' }])
  expect(await store.lag('a', 1000, 4000, 1000)).toEqual([
    { at: 1000, delaySeconds: 90.5, lagSeconds: 7, health: 'BROKEN' },
    { at: 3000, delaySeconds: null, lagSeconds: null, health: 'UNKNOWN' },
  ])
  expect(await store.lag('b', 0, 9000, 1000)).toEqual([])
})

test('invocations are recorded with input, outcome and error', async () => {
  const store = await freshStore()
  const begun = { name: 'doctor', trigger: 'cli', actor: 'root', input: { host: 'hqs8' }, startedAt: 1 } as const
  const id = await store.beginInvocation(begun)
  await store.beginInvocation({ ...begun, name: 'scan', trigger: bySchedule.type })
  await store.endInvocation(id, { state: 'FAILED', finishedAt: 2, outcome: null, error: 'no route' })
  expect(await store.invocations('doctor', 5)).toEqual([
    { ...begun, id, state: 'FAILED', finishedAt: 2, outcome: null, error: 'no route' },
  ])
  expect((await store.invocations(null, 5)).map((record) => record.name)).toEqual(['scan', 'doctor'])
})

test('what an earlier process left open is said to be interrupted; what had ended stays as it is', async () => {
  const store = await storeWithDatasets()
  const done = await createdRun(store)
  await store.updateRun(done.id, { state: 'SUCCEEDED', finishedAt: 1, outcome: 'Fine.' })
  const open = await createdRun(store, { kind: 'REPAIR', datasetId: 'a' })
  await store.updateRun(open.id, { state: 'RUNNING', startedAt: 2 })
  const action = {
    runId: open.id,
    datasetId: 'a',
    step: 1,
    kind: 'COMMAND',
    title: 't',
    host: null,
    command: [],
    detail: {},
    now: 3,
  } as const
  await store.beginAction(action)
  await store.beginInvocation({ name: 'scan', trigger: 'schedule', actor: 's', input: {}, startedAt: 1 })
  const interrupted = await store.interruptOpen(99, 'The witness was stopped.')
  expect(interrupted).toMatchObject([
    { id: open.id, state: 'INTERRUPTED', finishedAt: 99, outcome: 'The witness was stopped.' },
  ])
  expect(await store.actions(open.id)).toMatchObject([{ state: 'INTERRUPTED', finishedAt: 99 }])
  expect(await store.invocations('scan', 1)).toMatchObject([{ state: 'INTERRUPTED' }])
  expect(await store.run(done.id)).toMatchObject({ outcome: 'Fine.' })
  expect(await store.activeRuns()).toEqual([])
  expect(await store.interruptOpen(100, 'again')).toEqual([])
})

test('is checked, measured, copied and closed; a copy opens like the original', async () => {
  const store = await storeWithDatasets()
  await store.check()
  expect(await store.integrity()).toBe('ok')
  expect(await store.sizeBytes()).toBeGreaterThan(4096)
  expect((await store.logs({ limit: 1 })).items).toEqual([])
  const elsewhere = temporaryDirectory()
  const copy = join(elsewhere, 'zwitness.db')
  await Promise.all([store.copyTo(copy), store.addLogs([])])
  await store.copyTo(copy)
  expect(statSync(copy).mode & 0o777).toBe(0o600)
  expect(existsSync(`${copy}.partial`)).toBe(false)
  await store.close()
  await store.close()
  const opened = await openStore({ directory: elsewhere })
  expect((await opened.datasets()).map((dataset) => dataset.id)).toEqual(['a', 'b'])
  await opened.close()
})
