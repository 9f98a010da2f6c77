import { afterEach, expect, test } from 'bun:test'
import type { RunRecord } from '#lib/db/types.ts'
import { Bed, PERSON } from './bed.ts'
import { runCommand } from './command.ts'
import type { Wrong } from './faults.ts'
import { ONE_DATASET } from './one-dataset.ts'

let bed: Bed
afterEach(() => bed.close())

const HOUR = 3600_000

async function behind(): Promise<void> {
  bed = await Bed.open({
    ...ONE_DATASET,
    defaults: { auto_repair: true, repair_when: 'behind', primary_max_age_hours: 0 },
  })
  const { zfs } = bed.host('a')
  zfs.dataset.create('tank/one')
  zfs.snapshot('tank/one@s1', { bytes: 2_000_000 })
  await bed.start()
}

const lastRepair = async () => (await bed.store.runs({ kind: ['REPAIR'], limit: 1 })).items[0]
const tries = async () =>
  (await bed.store.actions((await lastRepair())?.id ?? 0)).filter((each) => each.kind === 'TRANSFER')

test('a link that always dies before anything is kept ends the repair: bytes sent are no bytes that arrived', async () => {
  await behind()
  const wrong: Wrong = { kind: 'cut', after: 300 }
  bed.faults.add({ host: 'b', on: 'sink', times: Number.POSITIVE_INFINITY, wrong })
  await bed.look()
  await bed.clock.pass(HOUR)
  expect((await lastRepair())?.state).toBe('FAILED')
  expect((await tries()).length).toBeLessThan(8)
})

test('a link that dies again and again, but each time later, is tried until everything has arrived', async () => {
  await behind()
  const wrong: Wrong = { kind: 'cut', after: 150_000 }
  bed.faults.add({ host: 'b', on: 'sink', times: Number.POSITIVE_INFINITY, wrong })
  await bed.look()
  await bed.clock.pass(HOUR)
  expect((await lastRepair())?.state).toBe('SUCCEEDED')
  expect((await tries()).length).toBeGreaterThan(8)
})

test('a partial receive whose base has gone from the primary since is not offered as a resume', async () => {
  await behind()
  const { zfs } = bed.host('a')
  await bed.configure({ defaults: { auto_repair: true, repair_when: 'behind', anchor: 'none' } })
  await bed.scan()
  zfs.snapshot('tank/one@s2', { bytes: 2_000_000 })
  bed.faults.add({ host: 'b', on: 'sink', times: 99, wrong: { kind: 'cut', after: 300_000 } })
  await bed.look()
  await bed.clock.pass(1500)
  await bed.restart()
  bed.faults.clear()
  await bed.look(false)
  expect(bed.engine.dataset('a-b.one')?.plan?.kind).toBe('RESUME')

  zfs.forget('tank/one@s1')
  await bed.clock.pass(HOUR)
  await bed.look(false)
  const view = bed.engine.dataset('a-b.one')
  expect(view?.plan?.kind).toBe('SET_ASIDE_RESEED')
  expect(view?.plan?.notes.join(' ')).toContain('can no longer be resumed')
})

test('cancelled in the middle of a swap: the swap ends first, and no half of it is left', async () => {
  await behind()
  await bed.scan()
  const { zfs } = bed.host('b')
  zfs.snapshot('vault/one@own', { bytes: 1000 })
  await bed.configure({
    defaults: { auto_repair: true, repair_when: 'behind', on_diverged: 'set_aside', primary_max_age_hours: 0 },
  })
  // Somebody was at work on the backup: the swap waits for a quiet interval.
  await bed.look()
  await bed.clock.pass(HOUR)
  await bed.look()
  const origin = async () =>
    (await runCommand(['zfs', 'get', '-Hp', '-o', 'value', 'origin', 'vault/one'], bed.host('b'))).stdout.trim()
  for (let looks = 0; (await origin()) === '-'; looks++) {
    if (looks === 2000) throw new Error('The promote did not come.')
    await bed.clock.pass(5)
  }
  await bed.engine.cancel((await lastRepair())?.id ?? 0, 'a test')
  await bed.clock.pass(60_000)
  await bed.look(false)
  expect((await lastRepair())?.state).toBe('CANCELLED')
  expect(bed.engine.dataset('a-b.one')?.plan?.kind).toBe('NOTHING')
})

test('a person’s set-aside whose promote was done unseen goes on from there, and is not told to preview again', async () => {
  await behind()
  await bed.scan()
  bed.host('b').zfs.snapshot('vault/one@own', { bytes: 1000 })
  await bed.configure({ defaults: { auto_repair: false, primary_max_age_hours: 0 } })
  const shown = await bed.run(bed.engine.preview('a-b.one'))
  bed.faults.add({ host: 'b', on: 'batch', match: /zfs promote/, times: 1, wrong: { kind: 'lost-end' } })
  const trigger = {
    type: 'http',
    actor: 'otto',
    role: 'operator',
    address: null,
    userAgent: null,
    requestId: null,
  } as const
  await bed.run(bed.engine.repair({ datasetId: 'a-b.one', planId: shown?.planId ?? '', trigger }))
  await bed.clock.pass(HOUR)
  expect((await lastRepair())?.state).toBe('SUCCEEDED')
  expect(bed.engine.dataset('a-b.one')?.plan?.kind).toBe('NOTHING')
})

test('a stream that is cut after the swap: the record of the run still says what it has set aside', async () => {
  await behind()
  await bed.configure({ defaults: { auto_repair: true, repair_when: 'behind', on_diverged: 'set_aside' } })
  await bed.scan()
  bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 2_000_000 })
  bed.host('b').zfs.snapshot('vault/one@own', { bytes: 1000 })
  bed.faults.add({ host: 'b', on: 'sink', times: 1, wrong: { kind: 'cut', after: 300_000 } })
  await bed.look()
  await bed.clock.pass(HOUR)
  await bed.look()
  await bed.clock.pass(HOUR)
  const run = await lastRepair()
  expect([run?.state, (await tries()).length]).toEqual(['SUCCEEDED', 2])
  expect(run?.plan?.setAside?.name).toStartWith('vault/one.zw-aside-')
})

/** A person repairs a backup that has gone its own way, and its SAN refuses these commands. */
async function refused(...commands: readonly RegExp[]): Promise<RunRecord | null> {
  await behind()
  await bed.scan()
  bed.host('b').zfs.snapshot('vault/one@own', { bytes: 1000 })
  await bed.configure({ defaults: { auto_repair: false, primary_max_age_hours: 0 } })
  const shown = await bed.run(bed.engine.preview('a-b.one'))
  const wrong: Wrong = { kind: 'refuse', exitCode: 1, stderr: "cannot rename 'vault/one': permission denied" }
  for (const match of commands) bed.faults.add({ host: 'b', on: 'batch', match, times: 99, wrong })
  const started = await bed.run(
    bed.engine.repair({ datasetId: 'a-b.one', planId: shown?.planId ?? '', trigger: PERSON }),
  )
  return bed.run(started?.done ?? Promise.reject())
}

test('a swap that ZFS refuses is undone: the backup is as it was, and the run says what was refused', async () => {
  const run = await refused(/zfs rename/)
  expect(run).toMatchObject({ state: 'FAILED', error: { kind: 'permission-denied', retryable: false } })
  expect(run?.outcome).toContain('b refused to set vault/one aside')
  expect(run?.outcome).toContain('The swap was undone, and vault/one is as it was.')
  expect(bed.engine.dataset('a-b.one')?.verdict).toMatchObject({ reason: { code: 'BACKUP_AHEAD' } })
  const left = await runCommand(['zfs', 'list', '-H', '-o', 'name,origin', '-r', 'vault/one'], bed.host('b'))
  expect(left.stdout).toBe('vault/one\t-\n')
})

test('one that can be neither finished nor undone is said at once, not at the next check', async () => {
  const run = await refused(/zfs rename/, /zfs promote vault\/one$/)
  expect(run).toMatchObject({ state: 'FAILED' })
  expect(run?.outcome).toContain('could not be undone either')
  expect(bed.engine.dataset('a-b.one')?.verdict).toMatchObject({ health: 'BROKEN', reason: { code: 'HALF_DONE_SWAP' } })
})

test('a repair that ends by a fault of the witness itself looks again too', async () => {
  await behind()
  await bed.look(false)
  // A check beside the commands of a repair keeps nothing of what it saw of this dataset, so somebody has to.
  bed.storeIsFull = (call) => {
    if (call === 'beginAction') bed.host('b').zfs.setPool('vault', { health: 'SUSPENDED' })
    return call === 'beginAction'
  }
  const started = await bed.run(bed.engine.repair({ datasetId: 'a-b.one', trigger: PERSON }))
  expect((await bed.run(started?.done ?? Promise.reject()))?.error?.kind).toBe('internal')
  expect(bed.engine.dataset('a-b.one')?.verdict).toMatchObject({
    health: 'BROKEN',
    reason: { code: 'POOL_UNAVAILABLE' },
  })
})

test('an encryption root that is received raw is set aside with its children', async () => {
  bed = await Bed.open({
    hosts: [
      { id: 'a', pool: 'tank' },
      { id: 'b', pool: 'vault' },
    ],
    mappings: [{ name: 'safe', primary: 'a', backup: 'b', settings: { recursive: true, send: { raw: true } } }],
    defaults: { auto_repair: true, repair_when: 'behind', on_diverged: 'set_aside', primary_max_age_hours: 0 },
  })
  const { zfs } = bed.host('a')
  const properties = { encryption: 'aes-256-gcm', keyformat: 'passphrase' }
  zfs.dataset.create('tank/safe', { passphrase: 'a secret of theirs', properties })
  zfs.dataset.create('tank/safe/kid')
  for (const name of ['s1', 's2']) {
    zfs.snapshot(`tank/safe@${name}`, { bytes: 5000 })
    zfs.snapshot(`tank/safe/kid@${name}`, { bytes: 5000 })
  }
  await bed.start()
  await bed.scan()
  await bed.scan()
  // The newest common one is lost on the backup, so what it holds goes beyond the one before.
  await runCommand(['zfs', 'destroy', 'vault/safe@s2'], bed.host('b'))
  for (let looks = 0; looks < 4; looks++) {
    await bed.scan()
    await bed.clock.pass(HOUR)
  }
  const run = (await bed.store.runs({ kind: ['REPAIR'], limit: 1 })).items[0]
  expect([run?.state, run?.plan?.kind, run?.error ?? null]).toEqual(['SUCCEEDED', 'SET_ASIDE_REWIND', null])
  expect(bed.engine.datasets().map(({ verdict }) => verdict.reason.code)).toEqual(['UP_TO_DATE', 'UP_TO_DATE'])
})

test('an encryption root that is sent raw and has gone its own way is set aside and caught up', async () => {
  bed = await Bed.open({
    hosts: [
      { id: 'a', pool: 'tank' },
      { id: 'b', pool: 'vault' },
    ],
    mappings: [{ name: 'safe', primary: 'a', backup: 'b', settings: { send: { raw: true } } }],
    defaults: { auto_repair: true, repair_when: 'behind', primary_max_age_hours: 0 },
  })
  const { zfs } = bed.host('a')
  const properties = { encryption: 'aes-256-gcm', keyformat: 'passphrase' }
  zfs.dataset.create('tank/safe', { passphrase: 'a secret of theirs', properties })
  zfs.snapshot('tank/safe@s1', { bytes: 10_000 })
  await bed.start()
  await bed.scan()
  await bed.scan()
  expect(bed.engine.dataset('a-b.safe')?.plan?.kind).toBe('NOTHING')

  zfs.snapshot('tank/safe@s2', { bytes: 10_000 })
  bed.host('b').zfs.snapshot('vault/safe@own', { bytes: 1000 })
  for (let scans = 0; scans < 4; scans++) {
    await bed.scan()
    await bed.clock.pass(HOUR)
  }
  const run = await lastRepair()
  expect([run?.state, run?.plan?.kind, run?.error]).toEqual(['SUCCEEDED', 'SET_ASIDE_REWIND', null])
  expect(bed.engine.dataset('a-b.safe')?.plan?.kind).toBe('NOTHING')
})
