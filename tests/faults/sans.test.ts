import { afterEach, expect, test } from 'bun:test'
import { Case } from './case.ts'

let now: Case
afterEach(() => now.close())

test('a degraded backup pool goes on receiving, and it is said', async () => {
  now = await Case.open()
  now.bed.host('b').zfs.setPool('vault', { health: 'DEGRADED' })
  expect(await now.after(2)).toEqual(['POOL_DEGRADED', 'UP_TO_DATE'])
  expect(await now.repairs()).toEqual(['SUCCEEDED'])
})

test.each(['SUSPENDED', 'FAULTED'])('a pool that is %s is POOL_UNAVAILABLE, and nothing is sent', async (health) => {
  now = await Case.open()
  now.bed.host('b').zfs.setPool('vault', { health })
  expect((await now.after(2))[0]).toBe('POOL_UNAVAILABLE')
  expect(await now.repairs()).toEqual([])
  now.bed.host('b').zfs.setPool('vault', { health: 'ONLINE' })
  expect(await now.after(2)).toEqual(['UP_TO_DATE'])
})

test('a primary dataset that is gone: its backup is kept as it is', async () => {
  now = await Case.open()
  await now.on('a', 'zfs destroy -r tank/one')
  expect((await now.after(2))[0]).toBe('PRIMARY_DATASET_MISSING')
  expect(await now.repairs()).toEqual([])
})

test('a primary made anew under its old name: nothing is put over the backup', async () => {
  now = await Case.open()
  await now.after(1)
  await now.on('a', 'zfs destroy -r tank/one')
  await now.on('a', 'zfs create tank/one')
  await now.on('a', 'zfs snapshot tank/one@s1')
  const reasons = await now.after(3)
  expect(reasons).toContain('PRIMARY_REPLACED')
  expect(await now.repairs()).toEqual(['SUCCEEDED'])
})

test('a primary renamed between the look and the send: nothing is sent; named back, it heals', async () => {
  now = await Case.open()
  now.before('sink', () => {
    void now.on('a', 'zfs rename tank/one tank/two')
  })
  expect((await now.after(2))[0]).toBe('PRIMARY_DATASET_MISSING')
  await now.on('a', 'zfs rename tank/two tank/one')
  expect(await now.after(2)).toEqual(['UP_TO_DATE'])
})

test('the snapshot to be sent is destroyed before its send: planned anew, up to the one before', async () => {
  now = await Case.open()
  now.before('sink', () => now.bed.host('a').zfs.forget('tank/one@s3'))
  expect(await now.after(3)).toEqual(['UP_TO_DATE'])
})

test('the base is destroyed while the stream is under way: it arrives, and the next plan has another base', async () => {
  now = await Case.open()
  const act = () => {
    now.bed.host('a').zfs.forget('tank/one@s1')
    now.rebase()
  }
  now.bed.faults.add({ host: 'a', on: 'source', times: 1, wrong: { kind: 'meanwhile', after: 20_000, act } })
  expect(await now.after(1)).toEqual(['UP_TO_DATE'])
  now.bed.host('a').zfs.snapshot('tank/one@s4', { bytes: 1000 })
  now.rebase()
  expect(await now.after(1)).toEqual(['UP_TO_DATE'])
})

/** The first look says it and waits; the second knows the lineage and sets aside. Every guid is looked for after each. */
async function saidThenSetAside(reason: string): Promise<void> {
  expect(await now.after(1)).toContain(reason)
  expect(await now.repairs()).toEqual([])
  expect(await now.after(2)).toEqual(['UP_TO_DATE'])
  expect(await now.repairs()).toEqual(['SUCCEEDED'])
  const { store } = now.bed.host('b').zfs
  const names = store.allPools().flatMap(({ datasets }) => datasets.map(({ name }) => name))
  expect(names.filter((name) => name.includes('.zw-aside-'))).toHaveLength(1)
}

test('the backup has a snapshot of its own under a name that is to come: NAME_CLASH, it is set aside and not overwritten', async () => {
  now = await Case.open()
  now.bed.host('b').zfs.snapshot('vault/one@s2', { bytes: 5000 })
  now.rebase()
  await saidThenSetAside('NAME_CLASH')
})

test('a backup that was written to: BACKUP_MODIFIED, it is set aside and not rolled back', async () => {
  now = await Case.open()
  now.bed.host('b').zfs.write('vault/one', 5000)
  now.rebase()
  await saidThenSetAside('BACKUP_MODIFIED')
})

test('no common snapshot any more: NO_COMMON_SNAPSHOT, the old backup stays', async () => {
  now = await Case.open()
  now.bed.host('a').zfs.forget('tank/one@s1')
  now.rebase()
  expect((await now.after(2))[0]).toBe('NO_COMMON_SNAPSHOT')
  expect(await now.repairs()).toEqual([])
})

test('a volume on the primary, a filesystem under the name of its backup: nothing is sent', async () => {
  now = await Case.open({ onBackup: null })
  await now.on('a', 'zfs destroy -r tank/one')
  await now.on('a', 'zfs create -V 1M tank/one')
  await now.on('a', 'zfs snapshot tank/one@v1')
  await now.on('b', 'zfs create vault/one')
  await now.on('b', 'zfs snapshot vault/one@own')
  expect((await now.after(2))[0]).toBe('NO_COMMON_SNAPSHOT')
  expect(await now.repairs()).toEqual([])
})

test('a clone whose origin is no part of it is sent as a whole', async () => {
  now = await Case.open({ onBackup: null })
  await now.on('a', 'zfs rename tank/one tank/origin')
  await now.on('a', 'zfs clone tank/origin@s2 tank/one')
  await now.on('a', 'zfs snapshot tank/one@c1')
  // What a stock says of a clone's data begins at the clone; the data themselves are compared here.
  expect(await now.after(2, { except: /different data under one guid/ })).toEqual(['UP_TO_DATE'])
  const [sent, arrived] = [now.bed.host('a').zfs.content('tank/one@c1'), now.bed.host('b').zfs.content('vault/one@c1')]
  expect(sent.bytes).toBeGreaterThan(100_000)
  expect(arrived).toEqual(sent)
})

test('a hold on the backup is no hindrance, and is still there', async () => {
  now = await Case.open()
  now.bed.host('b').zfs.hold('vault/one@s1', 'keep')
  now.rebase()
  expect(await now.after(2)).toEqual(['UP_TO_DATE'])
})

test('snapshots whose dates run against their order are sent in their order', async () => {
  now = await Case.open()
  const seconds = Math.floor(now.bed.clock.now() / 1000)
  for (const n of [4, 5, 6]) now.bed.host('a').zfs.snapshot(`tank/one@s${n}`, { creation: seconds - n * 86_400 })
  now.rebase()
  expect(await now.after(2)).toEqual(['UP_TO_DATE'])
})
