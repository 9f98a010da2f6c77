import { beforeEach, describe, expect, test } from 'bun:test'
import { checksGoOn } from './checks-go-on.ts'
import { StoreError } from './errors.ts'
import type { OpenedStore } from './store.ts'
import { newRun, storeWithDatasets } from './store-fixture.ts'
import type { DatasetStateRecord } from './types.ts'

const state = (datasetId: string, change: Partial<DatasetStateRecord> = {}): DatasetStateRecord => ({
  datasetId,
  verdict: null,
  memory: {
    common: null,
    primary: null,
    backupWritten: null,
    firstMissing: {},
    token: null,
    last: null,
    backupSeenAt: null,
  },
  since: null,
  planHash: null,
  lastRunId: null,
  updatedAt: 1,
  ...change,
})

describe('a database that takes nothing', () => {
  let store: OpenedStore
  let patient: OpenedStore
  let full = false
  let at = 0
  const said: string[] = []
  const invocation = { name: 'scan', actor: 'scheduler', input: {}, startedAt: 1 }

  beforeEach(async () => {
    full = false
    at = 0
    said.length = 0
    store = await storeWithDatasets()
    const failing = new Proxy(store, {
      get: (target, key) => {
        const found: unknown = Reflect.get(target, key)
        const writes = /^(create|update|save|add|begin|end|set|note|sync)/.test(String(key))
        if (typeof found !== 'function' || !writes) return found
        return async (...words: unknown[]) => {
          if (full) throw new StoreError('full', 'The disk of the data directory is full.')
          return found.apply(target, words)
        }
      },
    })
    patient = checksGoOn({ store: failing, error: (message) => said.push(message), now: () => at })
  })

  test('a scheduled check begins and ends all the same, on record nowhere', async () => {
    full = true
    const begun = await patient.beginInvocation({ ...invocation, trigger: 'schedule' })
    const created = await patient.createRun(newRun())
    if (!created.ok) throw new Error('refused')
    expect([begun < 0, created.run.id < 0, created.run.state]).toEqual([true, true, 'QUEUED'])
    await patient.updateRun(created.run.id, { state: 'SUCCEEDED' })
    await patient.endInvocation(begun, { state: 'SUCCEEDED', finishedAt: 2, outcome: null, error: null })
    await patient.addLag([{ datasetId: 'a', at: 5, delaySeconds: 1, lagSeconds: 1, health: 'HEALTHY' }])
    expect((await store.runs({ limit: 5 })).items).toEqual([])
  })

  test('its states are known, and are written as soon as there is room', async () => {
    await patient.saveStates([state('a', { since: 1 }), state('b', { since: 1 })])
    full = true
    await patient.saveStates([state('a', { since: 7, lastRunId: -1 })])
    expect((await patient.states()).get('a')).toMatchObject({ since: 7, lastRunId: null })
    expect((await patient.state('a'))?.since).toBe(7)
    expect((await store.state('a'))?.since).toBe(1)
    full = false
    await patient.saveStates([state('b', { since: 9 })])
    expect([(await store.state('a'))?.since, (await store.state('b'))?.since]).toEqual([7, 9])
  })

  test('nothing else goes on: no repair without its record, nothing that a person asks to be kept', async () => {
    full = true
    const refused = [
      patient.createRun(newRun({ kind: 'REPAIR', datasetId: 'a' })),
      patient.beginInvocation({ ...invocation, trigger: 'http' }),
      patient.setControl({ datasetId: 'a', kind: 'pause', until: null, by: 'anna', reason: null, at: 1 }),
    ]
    for (const each of refused) expect(await each.catch((error: unknown) => error)).toBeInstanceOf(StoreError)
  })

  test('is said once, again after an hour, and anew after it was well', async () => {
    full = true
    await patient.createRun(newRun())
    await patient.createRun(newRun())
    expect(said).toHaveLength(1)
    at = 3_600_000
    await patient.createRun(newRun())
    expect(said).toHaveLength(2)
    full = false
    await patient.saveStates([])
    full = true
    await patient.createRun(newRun())
    expect(said).toHaveLength(3)
    expect(said[0]).toContain('The disk of the data directory is full.')
  })

  test('a row that it refuses is refused', async () => {
    const unknown = patient.saveState(state('nobody'))
    expect(await unknown.catch((error: unknown) => error)).toBeInstanceOf(Error)
    expect(said).toEqual([])
  })
})
