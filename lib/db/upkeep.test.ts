import { describe, expect, test } from 'bun:test'
import type { Plan } from '#lib/replication/types/plan.ts'
import { byHttp, bySchedule, config, createdRun, mapping, storeWithDatasets } from './store-fixture.ts'
import type { RunState, Store } from './types.ts'

const DAY = 86_400_000
const NOW = 1000 * DAY
const { retention } = config([])

/** The witness was at work on each of the last days, as its checks of `b` show. */
async function lived(store: Store, days: number, until = NOW): Promise<void> {
  const points = Array.from({ length: days + 1 }, (_, ago) => until - ago * DAY)
  await store.addLag(points.map((at) => ({ datasetId: 'b', at, delaySeconds: 0, lagSeconds: 0, health: 'HEALTHY' })))
}

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
  await lived(store, 900)
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
  await lived(store, 30)
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
  await lived(store, 200)
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
  await lived(store, 400)
  await store.addLag([{ datasetId: 'a', at: NOW - 401 * DAY, delaySeconds: 1, lagSeconds: 1, health: 'HEALTHY' }])
  await store.addLag([{ datasetId: 'a', at: NOW, delaySeconds: 1, lagSeconds: 1, health: 'HEALTHY' }])
  const begun = { name: 'scan', trigger: 'schedule', actor: 's', input: {}, startedAt: NOW - 31 * DAY } as const
  const invocation = await store.beginInvocation(begun)
  await store.beginInvocation(begun)
  await store.endInvocation(invocation, { state: 'SUCCEEDED', finishedAt: NOW, outcome: 1, error: null })
  // What ended long ago goes; how a thing stands stays, since whenever it has.
  const state = {
    subject: 'host',
    datasetId: null,
    host: 'hqs8',
    pool: null,
    message: '',
    evidence: {},
    over: null,
  } as const
  const ends = { by: 'itself', runId: null, actor: null } as const
  for (const [days, status] of [
    [900, 'REACHABLE'],
    [401, 'UNREACHABLE'],
  ] as const)
    await store.addChanges([{ ...state, at: NOW - days * DAY, to: { status, reason: null }, ends }])
  expect(await store.prune(retention, NOW)).toEqual({
    runs: 0,
    logs: 1201,
    lag: 1,
    told: 0,
    changes: 1,
    invocations: 1,
    thinned: 0,
    forgotten: 0,
    maintenances: 0,
    gap: null,
  })
  expect(await store.lag('a', 0, NOW + 1, DAY)).toHaveLength(1)
  expect((await store.changes({ limit: 10 })).items.map(({ to }) => to.status)).toEqual(['UNREACHABLE'])
  const [next] = await store.addLogs([{ ...line, at: NOW }])
  expect(next).toBe((ids.at(-1) ?? 0) + 1)
})

/** What the witness writes on an ordinary day. */
async function ordinaryDay(store: Store, at: number): Promise<void> {
  const { id } = await createdRun(store, { now: at })
  await store.updateRun(id, { state: 'SUCCEEDED', finishedAt: at })
  await store.addLag([{ datasetId: 'b', at, delaySeconds: 0, lagSeconds: 0, health: 'HEALTHY' }])
}

test('a clock that jumps to 2099 deletes nothing, says so once, and nothing is amiss when it is right again', async () => {
  const store = await storeWithDatasets()
  for (let day = 20; day >= 0; day--) await ordinaryDay(store, NOW - day * DAY)
  await store.prune(retention, NOW)
  const wrong = Date.UTC(2099, 0, 1)
  const before = (await store.runs({ limit: 200 })).items.length
  await ordinaryDay(store, wrong)
  expect(await store.prune(retention, wrong + 1)).toMatchObject({
    runs: 0,
    lag: 0,
    gap: { from: (1000 + 1) * DAY, to: wrong },
  })
  expect(await store.prune(retention, wrong + 2)).toMatchObject({ runs: 0, lag: 0, gap: null })
  // A week goes by before someone sees it: as much is deleted as in any other week.
  for (let day = 1; day <= 7; day++) {
    await ordinaryDay(store, wrong + day * DAY)
    const { lag } = await store.prune(retention, wrong + day * DAY + 1)
    expect(lag).toBe(0)
  }
  expect((await store.runs({ limit: 200 })).items.length).toBe(before + 8)
  await ordinaryDay(store, NOW + DAY)
  expect(await store.prune(retention, NOW + DAY)).toMatchObject({ runs: 0, lag: 0, gap: null })
  expect((await store.lag('b', 0, NOW + 2 * DAY, 1)).length).toBe(22)
})

test('a witness that was off for a year goes on where it was, and prunes again as it lives on', async () => {
  const store = await storeWithDatasets()
  const short = { ...retention, lagDays: 10 }
  for (let day = 20; day >= 0; day--) await ordinaryDay(store, NOW - day * DAY)
  expect(await store.prune(short, NOW)).toMatchObject({ lag: 10 })
  const back = NOW + 365 * DAY
  await ordinaryDay(store, back)
  expect(await store.prune(short, back)).toMatchObject({ lag: 1, gap: { from: NOW + DAY, to: back } })
  for (let day = 1; day <= 12; day++) {
    await ordinaryDay(store, back + day * DAY)
    expect(await store.prune(short, back + day * DAY)).toMatchObject({ lag: 1, gap: null })
  }
  expect(await store.lag('b', 0, back + 13 * DAY, 1)).toHaveLength(11)
})

const plan = (change: object = {}): Plan =>
  ({
    hash: 'ab',
    kind: 'INCREMENTAL',
    steps: [{ n: 1, kind: 'verify' }],
    checks: [],
    notes: [],
    untouched: ['all'],
    destroys: [],
    setAside: null,
    outcome: 'In step.',
    ...change,
  }) as unknown as Plan
const progress = {
  phase: 'done',
  stepIndex: 1,
  stepCount: 1,
  bytesDone: 5,
  bytesTotal: 5,
  totalIsEstimate: true,
  bytesPerSecond: null,
  etaSeconds: null,
  lastByteAt: null,
} as const

describe('repairs', () => {
  async function repaired(
    store: Store,
    at: number,
    change: { plan?: Plan; byPerson?: boolean; dataset?: string } = {},
  ) {
    const { plan: made = plan(), byPerson = false, dataset = 'a' } = change
    const trigger = byPerson ? byHttp : bySchedule
    const { id } = await createdRun(store, {
      kind: 'REPAIR',
      datasetId: dataset,
      trigger,
      plan: made,
      keep: true,
      now: at,
    })
    await store.updateRun(id, { state: 'RUNNING', startedAt: at })
    const action = await store.beginAction({
      runId: id,
      datasetId: dataset,
      step: 1,
      kind: 'TRANSFER',
      title: 'Send @a',
      host: 'hqs8',
      command: [['zfs', 'send', `p/${dataset}@a${id}`]],
      detail: { id },
      now: at,
    })
    await store.endAction(action, { state: 'SUCCEEDED', exitCode: 0, bytes: 5, error: null, now: at + 1 })
    await store.updateRun(id, { state: 'SUCCEEDED', finishedAt: at + 2, outcome: `Done ${id}.`, bytes: 5, progress })
    return id
  }

  test('what a repair did is kept for ever, and reads the same; its plan and progress go after their time', async () => {
    const store = await storeWithDatasets()
    await lived(store, 200)
    const ids: number[] = []
    for (let n = 0; n < 60; n++)
      ids.push(await repaired(store, NOW - 150 * DAY + n, { dataset: n % 2 === 0 ? 'a' : 'b' }))
    const read = async () => {
      const runs = []
      for (const id of ids) runs.push({ run: await store.run(id), actions: await store.actions(id) })
      return runs
    }
    const before = await read()
    // While it is young all of it is there, wherever it is kept.
    await store.prune({ ...retention, repairsDays: 180 }, NOW)
    expect(await read()).toEqual(before)
    expect(await store.prune(retention, NOW)).toMatchObject({ thinned: 60 })
    const after = await read()
    const did = (each: (typeof before)[number]) => ({ ...each, run: { ...each.run, plan: null, progress: null } })
    expect(after.map(did)).toEqual(before.map(did))
    expect(after[0]?.run).toMatchObject({ plan: null, progress: null, outcome: `Done ${ids[0]}.`, keep: true })
    expect(await store.prune(retention, NOW)).toMatchObject({ thinned: 0 })
  })

  test('lists go over rows and archive as if they were one', async () => {
    const store = await storeWithDatasets()
    await lived(store, 200)
    const all: number[] = []
    for (let n = 0; n < 90; n++) {
      all.push(await repaired(store, NOW - 150 * DAY + n, { dataset: n % 3 === 0 ? 'a' : 'b', byPerson: n % 10 === 0 }))
      if (n % 7 === 0) all.push((await createdRun(store, { now: NOW - 150 * DAY + n, keep: true })).id)
    }
    await store.prune(retention, NOW)
    const pages = async (query: object, limit: number) => {
      const found: number[] = []
      let cursor: string | undefined
      do {
        const page = await store.runs({ ...query, limit, ...(cursor === undefined ? {} : { cursor }) })
        found.push(...page.items.map(({ id }) => id))
        cursor = page.nextCursor ?? undefined
      } while (cursor !== undefined)
      return found
    }
    for (const limit of [1, 7, 50]) expect(await pages({}, limit)).toEqual(all.toReversed())
    const a = await pages({ datasetId: 'a' }, 4)
    expect(a).toHaveLength(30)
    expect(await pages({ datasetId: 'a', kind: ['REPAIR'], state: ['SUCCEEDED'] }, 100)).toEqual(a)
    expect(await pages({ kind: ['SCAN'] }, 5)).toHaveLength(13)
    expect(await pages({ actor: 'anna' }, 5)).toHaveLength(9)
    expect(await pages({ to: NOW - 150 * DAY + 10, kind: ['REPAIR'] }, 3)).toHaveLength(10)
    expect((await store.recentRepairs('a', 10)).map(({ id }) => id)).toEqual(a.slice(0, 10))
  })

  test('what a person asked for, what was destroyed or set aside keep their rows, and say so for ever', async () => {
    const store = await storeWithDatasets()
    await lived(store, 200)
    const setAside = { name: 'hqs1p1/a.zw-aside-20200101T000000Z', snapshots: 3, usedBytes: 7 }
    const destroys = [{ kind: 'snapshot', name: 'x', guid: '1', creation: 1, usedBytes: 2 }]
    const old = NOW - 150 * DAY
    const aside = await repaired(store, old, { plan: plan({ kind: 'SET_ASIDE_REWIND', setAside }) })
    const inPlace = await repaired(store, old, { plan: plan({ kind: 'IN_PLACE', destroys }), byPerson: true })
    const asked = await repaired(store, old, { byPerson: true })
    for (let n = 0; n < 30; n++) await repaired(store, old + n)
    await store.prune(retention, NOW)
    expect(await store.run(aside)).toMatchObject({ plan: { setAside, steps: [] }, progress: null })
    expect((await store.setAsideRuns([setAside.name])).get(setAside.name)?.id).toBe(aside)
    expect((await store.run(inPlace))?.plan).toMatchObject({ kind: 'IN_PLACE', destroys, steps: [] })
    expect(await store.run(asked)).toMatchObject({ trigger: byHttp, plan: { kind: 'INCREMENTAL', steps: [] } })
    for (const id of [aside, inPlace, asked]) expect(await store.actions(id)).toHaveLength(1)
  })

  test('a dataset that changes its id keeps what is in the archive', async () => {
    const store = await storeWithDatasets()
    await lived(store, 200)
    const id = await repaired(store, NOW - 150 * DAY)
    for (let n = 0; n < 30; n++) await repaired(store, NOW - 149 * DAY + n)
    await store.prune(retention, NOW)
    const renamed = { ...mapping('a'), id: 'new-name' }
    await store.syncConfig(config([renamed, mapping('b', { id: 'a' })]), NOW)
    expect(await store.run(id)).toMatchObject({ datasetId: 'new-name' })
    expect((await store.runs({ datasetId: 'new-name', limit: 100 })).items).toHaveLength(31)
    expect((await store.runs({ datasetId: 'a', limit: 100 })).items).toHaveLength(0)
  })

  test('in the audit a repair of policy stays as long as its plan; what people did stays', async () => {
    const store = await storeWithDatasets()
    await lived(store, 200)
    const entry = {
      userAgent: null,
      requestId: null,
      target: 'a',
      reason: null,
      result: 'OK',
      code: null,
      detail: {},
    } as const
    const by = (kind: 'schedule' | 'session', action: string) => ({
      ...entry,
      at: NOW - 150 * DAY,
      action,
      actor: { kind, name: kind, role: 'operator', address: null },
    })
    await store.addAudit(by('schedule', 'repair'))
    await store.addAudit(by('session', 'repair'))
    await store.addAudit(by('session', 'login'))
    await store.prune(retention, NOW)
    const { items } = await store.audit({ limit: 9 })
    expect(items.map(({ actor, action }) => `${actor.kind} ${action}`)).toEqual(['session login', 'session repair'])
  })
})

describe('children that are gone', () => {
  const child = (name: string) => ({
    id: `a.${name}`,
    pair: 'HQS8 → HQS1',
    primaryHost: 'hqs8',
    primaryDataset: `hqs8p1/a/${name}`,
    backupHost: 'hqs1',
    backupDataset: `hqs1p1/a/${name}`,
    primaryGuid: null,
  })
  async function withChildren() {
    const store = await storeWithDatasets()
    await lived(store, 200)
    await store.syncChildren('a', ['x', 'y', 'z'].map(child), NOW - 100 * DAY)
    const { id } = await createdRun(store, { kind: 'REPAIR', datasetId: 'a.x', keep: true, now: NOW - 100 * DAY })
    await store.updateRun(id, { state: 'SUCCEEDED', finishedAt: NOW - 100 * DAY })
    await store.addLag([{ datasetId: 'a.x', at: NOW, delaySeconds: 1, lagSeconds: 1, health: 'HEALTHY' }])
    await store.syncChildren('a', [], NOW - 90 * DAY)
    return { store, runId: id }
  }
  const listed = async (store: Store) => (await store.datasets()).map(({ id }) => id)

  test('stay listed while their backup is there, and for the days of retention after that', async () => {
    const { store, runId } = await withChildren()
    const gone = (ids: readonly string[]) => new Map(['a.x', 'a.y', 'a.z'].map((id) => [id, !ids.includes(id)]))
    await store.noteRetired(gone(['a.x', 'a.y']), NOW - 40 * DAY)
    await store.noteRetired(gone(['a.x', 'a.y']), NOW - 5 * DAY)
    expect((await store.datasets()).find(({ id }) => id === 'a.x')?.backupGoneAt).toBe(NOW - 40 * DAY)
    expect(await store.prune({ ...retention, retiredDays: 60 }, NOW)).toMatchObject({ forgotten: 0 })
    expect(await store.prune(retention, NOW)).toMatchObject({ forgotten: 2 })
    expect(await listed(store)).toEqual(['a', 'a.z', 'b'])
    // Its runs stay; the rest of it is gone.
    expect(await store.run(runId)).toMatchObject({ datasetId: 'a.x' })
    expect(await store.lag('a.x', 0, NOW + 1, 1)).toEqual([])
    expect(await store.prune(retention, NOW)).toMatchObject({ forgotten: 0 })
  })

  test('a backup that is there again begins anew; a name that is used again is the same history', async () => {
    const { store, runId } = await withChildren()
    await store.noteRetired(new Map([['a.x', false]]), NOW - 40 * DAY)
    await store.noteRetired(new Map([['a.x', true]]), NOW - 35 * DAY)
    expect(await store.prune(retention, NOW)).toMatchObject({ forgotten: 0 })
    await store.noteRetired(new Map([['a.x', false]]), NOW - 34 * DAY)
    expect(await store.prune(retention, NOW)).toMatchObject({ forgotten: 1 })
    await store.syncChildren('a', [child('x')], NOW)
    expect(await listed(store)).toContain('a.x')
    expect((await store.runs({ datasetId: 'a.x', limit: 9 })).items.map(({ id }) => id)).toEqual([runId])
  })
})

test('a maintenance goes with the history of delays; one that is in force stays, however long', async () => {
  const store = await storeWithDatasets()
  await lived(store, 30)
  const said = { kind: 'pause', by: 'anna', reason: null, from: NOW - 40 * DAY, madeAt: NOW - 40 * DAY } as const
  const scope = { kind: 'datasets', ids: ['a'] } as const
  for (const days of [20, 5]) await store.addMaintenance({ ...said, scope, until: NOW - days * DAY, noted: 'over' })
  const open = await store.addMaintenance({ ...said, scope, until: null, noted: 'in force' })
  expect(await store.prune({ ...retention, lagDays: 10 }, NOW)).toMatchObject({ maintenances: 1 })
  expect((await store.pastMaintenances(0)).map(({ until }) => until)).toEqual([NOW - 5 * DAY])
  expect((await store.openMaintenances()).map(({ id }) => id)).toEqual([open])
})
