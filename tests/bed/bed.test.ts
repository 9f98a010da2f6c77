import { afterEach, expect, test } from 'bun:test'
import { Bed, PERSON } from './bed.ts'
import { ONE_DATASET } from './one-dataset.ts'

let bed: Bed
afterEach(() => bed.close())

const AB = {
  ...ONE_DATASET,
  defaults: { auto_repair: true, repair_when: 'behind', primary_max_age_hours: 0 },
}

async function behind(snapshots: number): Promise<void> {
  bed = await Bed.open(AB)
  const { zfs } = bed.host('a')
  zfs.dataset.create('tank/one')
  for (let n = 1; n <= snapshots; n++) zfs.snapshot(`tank/one@s${n}`, { bytes: 150_000 })
  await bed.start()
}

const one = () => bed.engine.dataset('a-b.one')

test('a seed and its increments arrive in one scan', async () => {
  await behind(3)
  await bed.scan()
  expect(one()?.verdict.reason.code).toBe('UP_TO_DATE')
  const names = ['s1', 's2', 's3']
  for (const name of names)
    expect(bed.host('b').zfs.content(`vault/one@${name}`)).toEqual(bed.host('a').zfs.content(`tank/one@${name}`))
})

test.each([
  ['sink', { kind: 'cut', after: 100_000 }],
  ['source', { kind: 'cut', after: 100_000 }],
  ['sink', { kind: 'half-open', after: 100_000, forMs: 60_000 }],
  ['sink', { kind: 'garble', at: 100_000 }],
  ['source', { kind: 'hang', after: 100_000 }],
  ['source', { kind: 'kill', after: 100_000 }],
  ['sink', { kind: 'kill', after: 100_000 }],
  ['sink', { kind: 'connect', as: 'timeout' }],
  ['sink', { kind: 'lost-end' }],
] as const)('one fault of the %s is survived: %j', async (on, wrong) => {
  await behind(2)
  bed.faults.add({ host: on === 'source' ? 'a' : 'b', on, times: 1, wrong })
  for (let scans = 0; scans < 4; scans++) {
    await bed.scan()
    await bed.clock.pass(3600_000)
  }
  expect(bed.faults.hits.get(`${on} ${wrong.kind}`)).toBe(1)
  expect(one()?.verdict.reasons.map(({ code }) => code)).toEqual(['UP_TO_DATE'])
})

test('killed in the middle of a transfer, the next process resumes it', async () => {
  await behind(1)
  await bed.look()
  await bed.clock.pass(700)
  expect(bed.engine.activeRuns().map(({ kind }) => kind)).toEqual(['REPAIR'])
  await bed.restart()
  expect((await bed.store.activeRuns()).length).toBe(0)
  await bed.scan()
  expect(one()?.status).toBe('HEALTHY')
})

test('a witness that is killed at its n-th call goes no further', async () => {
  await behind(1)
  bed.witness.life.endAtCall(3, true)
  expect(await bed.run(bed.engine.preview('a-b.one'))).toBeNull()
  await bed.restart()
  const started = await bed.run(bed.engine.repair({ datasetId: 'a-b.one', trigger: PERSON }))
  if (started === null) throw new Error('The new process was not killed.')
  expect((await bed.run(started.done))?.state).toBe('SUCCEEDED')
})
