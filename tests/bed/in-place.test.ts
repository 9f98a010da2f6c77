import { afterEach, expect, test } from 'bun:test'
import { Bed } from './bed.ts'
import { ONE_DATASET } from './one-dataset.ts'

let bed: Bed
afterEach(() => bed.close())

const PERSON = { type: 'http', actor: 'otto', role: 'admin', address: null, userAgent: null, requestId: null } as const

/** Diverged, and an in-place plan that a person has confirmed; `meanwhile` happens before the n-th look at the backup after that. */
async function confirmed(n: number, meanwhile: () => void): Promise<{ state: string; rule: string | undefined }> {
  bed = await Bed.open({
    ...ONE_DATASET,
    defaults: { auto_repair: false, primary_max_age_hours: 0 },
  })
  const { zfs } = bed.host('a')
  zfs.dataset.create('tank/one')
  zfs.snapshot('tank/one@s1', { bytes: 50_000 })
  zfs.replicate('tank/one', bed.host('b').zfs, 'vault/one', 's1')
  zfs.snapshot('tank/one@s2', { bytes: 50_000 })
  bed.host('b').zfs.snapshot('vault/one@own', { bytes: 1000 })
  await bed.start()
  const shown = await bed.run(bed.engine.preview('a-b.one', { strategy: 'IN_PLACE' }))
  const take = bed.faults.take.bind(bed.faults)
  let looks = 0
  bed.faults.take = (host, on, lines) => {
    if (host === 'b' && lines.some((line) => line.includes('snapshots_changed')) && ++looks === n) meanwhile()
    return take(host, on, lines)
  }
  const request = {
    datasetId: 'a-b.one',
    planId: shown?.planId ?? '',
    confirm: 'vault/one',
    reason: 'a test',
    trigger: PERSON,
  }
  const started = await bed.run(bed.engine.repair(request))
  const run = await bed.run(started?.done ?? Promise.reject(new Error('It was not accepted.')))
  return { state: run?.state ?? 'none', rule: run?.decisions?.[0]?.rule }
}

const has = (name: string): boolean => {
  const { store } = bed.host('b').zfs
  return store
    .allPools()
    .some((pool) =>
      pool.datasets.some((each) => store.history(pool, each).snapshots.some((snapshot) => snapshot.name === name)),
    )
}

test('nothing in between: exactly what was named goes', async () => {
  expect(await confirmed(99, () => {})).toMatchObject({ state: 'SUCCEEDED' })
  expect([has('own'), has('s2')]).toEqual([false, true])
})

// Looks at the backup after the preview: when it is confirmed, when the run begins, and the last one before it destroys.
test('a snapshot that is made after the run has begun: it stops, and both are still there', async () => {
  const answer = await confirmed(3, () => void bed.host('b').zfs.snapshot('vault/one@saved', { bytes: 10 }))
  expect(answer).toEqual({ state: 'BLOCKED', rule: 'PLAN_STALE' })
  expect([has('own'), has('saved'), has('s2')]).toEqual([true, true, false])
})

test('a write after the run has begun: it stops too', async () => {
  const answer = await confirmed(3, () => bed.host('b').zfs.write('vault/one', 5000))
  expect(answer).toEqual({ state: 'BLOCKED', rule: 'PLAN_STALE' })
  expect(has('own')).toBe(true)
})

// `receive -F` would have destroyed it at the end of the stream, without a word.
test('a snapshot that is made while the stream runs is still there afterwards', async () => {
  const act = (): void => void bed.host('b').zfs.snapshot('vault/one@saved', { bytes: 10 })
  const before = (): void =>
    bed.faults.add({ host: 'b', on: 'sink', times: 1, wrong: { kind: 'meanwhile', after: 10_000, act } })
  const { state } = await confirmed(3, before)
  expect(has('saved')).toBe(true)
  expect([has('own'), state]).toEqual([false, 'BLOCKED'])
  // What it destroyed stays on its record, whatever a later try of it planned.
  const { items } = await bed.store.runs({ kind: ['REPAIR'], limit: 1 })
  expect(items[0]?.plan).toMatchObject({ kind: 'IN_PLACE', destroys: [{ name: 'own' }] })
})
