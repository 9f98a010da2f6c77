import { describe, expect, test } from 'bun:test'
import { StoreError } from './errors.ts'
import { config, freshStore, mapping, storeWithDatasets } from './store-fixture.ts'
import type { MaintenanceRecord, Store } from './types.ts'

const GUID = '18446744073709551615'

function record(change: Partial<MaintenanceRecord> = {}): Omit<MaintenanceRecord, 'id' | 'endedAt' | 'endedBy'> {
  const { endedAt: _, endedBy: __, ...rest } = change
  return {
    kind: 'pause',
    scope: { kind: 'all' },
    from: 10,
    until: 100,
    by: 'anna',
    reason: null,
    madeAt: 5,
    noted: 'planned',
    ...rest,
  }
}

const idsOf = async (store: Store) => (await store.openMaintenances()).map(({ id }) => id)

test('each scope comes back as it was given, a selection in the order of its ids', async () => {
  const store = await storeWithDatasets()
  const scopes: readonly MaintenanceRecord['scope'][] = [
    { kind: 'all' },
    { kind: 'scheduler' },
    { kind: 'hosts', hosts: ['hqs8', 'hqs1'] },
    { kind: 'pair', pair: 'HQS8 → HQS1' },
    { kind: 'datasets', ids: ['a', 'b'] },
  ]
  for (const scope of scopes) await store.addMaintenance(record({ scope, reason: '<b>swap</b>\n' }))
  const kept = await store.openMaintenances()
  expect(kept.map(({ scope }) => scope)).toEqual([...scopes])
  expect(kept[0]).toEqual({
    ...record({ scope: { kind: 'all' }, reason: '<b>swap</b>\n' }),
    id: 1,
    endedAt: null,
    endedBy: null,
  })
})

test('a selection with a dataset that is not there is kept not at all', async () => {
  const store = await storeWithDatasets()
  const made = store.addMaintenance(record({ scope: { kind: 'datasets', ids: ['a', 'nobody'] } }))
  expect(await made.catch((error: unknown) => error instanceof StoreError && error.kind)).toBe('constraint')
  expect(await idsOf(store)).toEqual([])
})

test.each([
  ['an end before its begin', { from: 10, until: 10 }],
  ['an acknowledgement of the scheduler', { kind: 'ack', scope: { kind: 'scheduler' } }],
] as const)('%s is refused', async (_, change) => {
  const store = await freshStore()
  const made = store.addMaintenance(record(change))
  expect(await made.catch((error: unknown) => error instanceof StoreError && error.kind)).toBe('constraint')
})

test('one is ended once, and not when its time is over already', async () => {
  const store = await freshStore()
  const first = await store.addMaintenance(record())
  const second = await store.addMaintenance(record({ until: null }))
  expect(await store.endMaintenance(first, { at: 100, by: 'otto' })).toBe(false)
  expect(await store.endMaintenance(first, { at: 99, by: 'otto' })).toBe(true)
  expect(await store.endMaintenance(first, { at: 99, by: 'otto' })).toBe(false)
  expect(await store.endMaintenance(9, { at: 99, by: 'otto' })).toBe(false)
  expect(await idsOf(store)).toEqual([second])
  await store.noteMaintenance(second, 'in force')
  expect(await store.openMaintenances()).toMatchObject([{ id: second, noted: 'in force' }])
})

test('what is over is listed by when it was over, newest first', async () => {
  const store = await freshStore()
  for (const until of [50, 60, 70]) await store.addMaintenance(record({ until, noted: 'over' }))
  await store.endMaintenance(await store.addMaintenance(record({ until: null })), { at: 55, by: 'otto' })
  const past = (await store.pastMaintenances(55)).map(({ id, endedBy }) => [id, endedBy])
  expect(past).toEqual([
    [4, 'otto'],
    [3, null],
    [2, null],
  ])
})

describe('a selection', () => {
  test('follows a dataset that was renamed on the SAN to its new mapping', async () => {
    const store = await freshStore()
    await store.syncConfig(config([mapping('old')]), 1)
    await store.setPrimaryGuid('old', GUID)
    await store.addMaintenance(record({ scope: { kind: 'datasets', ids: ['old'] } }))
    await store.syncConfig(config([mapping('new', { backup: { host: 'hqs1', dataset: 'hqs1p1/old' } })]), 2)
    await store.setPrimaryGuid('new', GUID)
    expect(await store.openMaintenances()).toMatchObject([{ scope: { kind: 'datasets', ids: ['new'] } }])
  })
})
