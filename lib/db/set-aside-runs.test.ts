import { expect, test } from 'bun:test'
import { fakePlan } from '#tests/api/fake-views.ts'
import { createdRun, storeWithDatasets } from './store-fixture.ts'

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
