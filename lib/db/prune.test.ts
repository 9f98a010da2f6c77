import { expect, test } from 'bun:test'
import { byHttp, bySchedule, config, createdRun, storeWithDatasets } from './store-fixture.ts'
import type { RunState } from './types.ts'

const DAY = 86_400_000
const NOW = 1000 * DAY
const { retention } = config([])

test('the audit trail stays for ever, with its actions; uneventful runs go when their time has come', async () => {
  const store = await storeWithDatasets()
  const run = async (ageDays: number, keep: boolean, state: RunState) => {
    const { id } = await createdRun(store, {
      kind: 'CHECK',
      datasetId: 'a',
      trigger: byHttp,
      keep,
      now: NOW - ageDays * DAY,
    })
    if (state !== 'QUEUED') await store.updateRun(id, { state, finishedAt: NOW - ageDays * DAY })
    await store.beginAction({
      runId: id,
      datasetId: 'a',
      step: null,
      kind: 'COMMAND',
      title: 't',
      host: null,
      command: [],
      detail: {},
      now: 1,
    })
    return id
  }
  const kept = await run(900, true, 'SUCCEEDED')
  const old = await run(181, false, 'FAILED')
  const young = await run(179, false, 'FAILED')
  const open = await run(900, false, 'QUEUED')
  expect(await store.prune(retention, NOW)).toMatchObject({ runs: 1 })
  const left = (await store.runs({ limit: 9 })).items.map(({ id }) => id)
  expect(left).toEqual([open, young, kept])
  expect(await store.actions(kept)).toHaveLength(1)
  expect(await store.actions(old)).toHaveLength(0)
})

test('of clean scheduled checks the last one of each day stays after their time', async () => {
  const store = await storeWithDatasets()
  const scan = async (at: number, state: RunState = 'SUCCEEDED', trigger = bySchedule) => {
    const { id } = await createdRun(store, { trigger, now: at })
    await store.updateRun(id, { state, finishedAt: at })
    return id
  }
  const day = NOW - 20 * DAY
  await scan(day + 1)
  await scan(day + 2, 'NO_CHANGE')
  const failed = await scan(day + 3, 'FAILED')
  const asked = await scan(day + 4, 'SUCCEEDED', byHttp)
  const last = await scan(day + 5)
  const dayAfter = await scan(day + DAY)
  const recent = [await scan(NOW - DAY), await scan(NOW - DAY + 1)]
  expect(await store.prune(retention, NOW)).toMatchObject({ runs: 2 })
  const left = (await store.runs({ limit: 9 })).items.map(({ id }) => id)
  expect(left.reverse()).toEqual([failed, asked, last, dayAfter, ...recent])
  expect(await store.prune(retention, NOW)).toMatchObject({ runs: 0 })
})

test('a state whose last run was pruned stays, without it', async () => {
  const store = await storeWithDatasets()
  const { id } = await createdRun(store, { now: 1 })
  await store.updateRun(id, { state: 'SUCCEEDED', finishedAt: 1 })
  const memory = {
    common: null,
    primary: null,
    backupWritten: null,
    firstMissing: {},
    token: null,
    last: null,
    backupSeenAt: null,
  }
  await store.saveState({
    datasetId: 'a',
    verdict: null,
    memory,
    since: null,
    planHash: null,
    lastRunId: id,
    updatedAt: 1,
  })
  await store.prune(retention, NOW)
  expect(await store.state('a')).toMatchObject({ lastRunId: null })
})

test('more than one batch of logs, lag points and invocations; ids are not used again', async () => {
  const store = await storeWithDatasets()
  const line = {
    level: 'info',
    component: 'c',
    message: 'm',
    runId: null,
    datasetId: null,
    host: null,
    requestId: null,
    fields: {},
  } as const
  const ids = await store.addLogs(Array.from({ length: 1201 }, () => ({ ...line, at: NOW - 31 * DAY })))
  await store.addLag([{ datasetId: 'a', at: NOW - 401 * DAY, delaySeconds: 1, lagSeconds: 1, health: 'HEALTHY' }])
  await store.addLag([{ datasetId: 'a', at: NOW, delaySeconds: 1, lagSeconds: 1, health: 'HEALTHY' }])
  const begun = { name: 'scan', trigger: 'schedule', actor: 's', input: {}, startedAt: NOW - 31 * DAY } as const
  const invocation = await store.beginInvocation(begun)
  await store.beginInvocation(begun)
  await store.endInvocation(invocation, { state: 'SUCCEEDED', finishedAt: NOW, outcome: 1, error: null })
  expect(await store.prune(retention, NOW)).toEqual({ runs: 0, logs: 1201, lag: 1, invocations: 1 })
  expect(await store.lag('a', 0, NOW + 1, DAY)).toHaveLength(1)
  const [next] = await store.addLogs([{ ...line, at: NOW }])
  expect(next).toBe((ids.at(-1) ?? 0) + 1)
})
