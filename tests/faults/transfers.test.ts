import { afterEach, describe, expect, test } from 'bun:test'
import type { Wrong } from '#tests/bed/faults.ts'
import { transfer } from '#tests/bed/transfer.ts'
import { takeStock } from '#tests/invariants/stock.ts'
import { aftermath } from './aftermath.ts'
import { Case } from './case.ts'
import { openScene } from './scene.ts'

let now: Case
afterEach(() => now.close())

const HOUR = 3600_000

/** Somebody else's replication, which stops moving after so many bytes and ends after `forMs`. */
function foreign(after: number, forMs: number): Promise<unknown> {
  const { bed } = now
  bed.faults.add({ host: 'a', on: 'source', times: 1, wrong: { kind: 'hang', after } })
  const parts = { from: bed.host('a'), to: bed.host('b'), faults: bed.faults, clock: bed.clock }
  return transfer(parts, {
    source: { host: 'a', argv: ['zfs', 'send', '-L', '-c', 'tank/one@s1'] },
    sink: { host: 'b', argv: ['zfs', 'receive', '-s', '-u', 'vault/one'] },
    bandwidthLimit: null,
    stallMs: forMs,
  })
}

test('a receive of somebody else is waited for; what it leaves is resumed when it has stood still', async () => {
  now = await Case.open({ onBackup: null })
  const theirs = foreign(30_000, 3 * HOUR)
  await now.bed.clock.pass(2000)
  const [first] = await now.after(2, { idle: false })
  expect(first).not.toBe('UP_TO_DATE')
  expect((await now.repairs()).filter((each) => each.startsWith('SUCCEEDED'))).toEqual([])
  await now.bed.clock.drive(theirs)
  expect(await now.after(8)).toEqual(['UP_TO_DATE'])
})

test('a partial receive whose snapshot is gone from the primary: said, offered, and not thrown away', async () => {
  now = await Case.open({ onBackup: null })
  await now.bed.clock.drive(foreign(30_000, 1000))
  now.bed.host('a').zfs.forget('tank/one@s1')
  now.rebase()
  expect(await now.after(4)).toContain('PARTIAL_RECEIVE')
  expect(
    takeStock(now.bed)
      .get('b')
      ?.pools[0]?.datasets.some(({ partial }) => partial !== null),
  ).toBe(true)
})

test('a quota in the way, on the pool itself: said before anything is sent, and it goes on when there is room', async () => {
  now = await Case.open({ onBackup: null })
  await now.on('b', 'zfs set quota=90K vault')
  expect(await now.after(8)).toContain('LOW_SPACE')
  expect(await now.repairs()).toEqual([])
  await now.on('b', 'zfs set quota=none vault')
  expect(await now.after(4)).toEqual(['UP_TO_DATE'])
})

test('a quota that no look can see: the run says so, and is not tried for ever', async () => {
  now = await Case.open({ onBackup: null })
  const wrong: Wrong = {
    kind: 'refuse',
    exitCode: 1,
    stderr: 'cannot receive new filesystem stream: destination vault/one space quota exceeded.',
  }
  now.bed.faults.add({ host: 'b', on: 'sink', times: 99, wrong })
  await now.after(8)
  const runs = await now.repairs()
  expect(runs.at(-1)).toBe('FAILED quota')
  expect(runs.length).toBeLessThanOrEqual(3)
})

test('a full primary pool can still be sent from', async () => {
  now = await Case.open({ poolBytes: 2e8, defaults: { ...AUTO, anchor: 'none' } })
  now.bed.host('a').zfs.dataset.create('tank/full')
  now.bed.host('a').zfs.write('tank/full', 185e6)
  now.rebase()
  expect((await now.after(2)).filter((code) => code !== 'LOW_SPACE')).toEqual(['UP_TO_DATE'])
})

test('both ends report success and nothing has arrived: FAILED, loudly', async () => {
  now = await Case.open()
  now.bed.faults.add({ host: 'b', on: 'sink', times: 1, wrong: { kind: 'refuse', exitCode: 0, stderr: '' } })
  now.bed.faults.add({ host: 'a', on: 'source', times: 1, wrong: { kind: 'refuse', exitCode: 0, stderr: '' } })
  await now.bed.scan()
  expect(await now.repairs()).toEqual(['FAILED not-verified'])
  expect(now.bed.engine.dataset('a-b.one')?.verdict.reasons.map(({ code }) => code)).not.toContain('UP_TO_DATE')
  expect(await now.after(3)).toEqual(['UP_TO_DATE'])
})

test('a receive that ends well with complaints is a success with a warning', async () => {
  now = await Case.open()
  const stderr = 'cannot receive quota property on vault/one: permission denied'
  now.bed.faults.add({ host: 'b', on: 'sink', times: 1, wrong: { kind: 'noise', stderr } })
  expect(await now.after(1)).toEqual(['UP_TO_DATE'])
  expect(await now.repairs()).toEqual(['SUCCEEDED_WITH_WARNINGS'])
})

test('a host that answers every other time is never taken for one that has nothing', async () => {
  now = await Case.open()
  const { faults, engine } = now.bed
  const take = faults.take.bind(faults)
  let calls = 0
  faults.take = (host, on, lines) =>
    host === 'b' && calls++ % 2 === 0 ? { kind: 'connect', as: 'auth' } : take(host, on, lines)
  for (let n = 0; n < 6; n++) {
    await now.bed.scan()
    expect(engine.dataset('a-b.one')?.verdict.reasons.map(({ code }) => code)).not.toContain('BACKUP_DATASET_MISSING')
    await now.bed.clock.pass(HOUR)
  }
  faults.take = take
  expect(await now.after(3)).toEqual(['UP_TO_DATE'])
})

const AUTO = { auto_repair: true, repair_when: 'behind', primary_max_age_hours: 0 }
const RIGHTS = {
  a: ['send', 'hold', 'bookmark'],
  b: ['receive:append', 'create', 'mount', 'rename', 'hold', 'clone', 'promote', 'readonly', 'canmount'],
}

describe('as the delegated user', () => {
  const grant = (without: string | null) => {
    const given = (rights: readonly string[]) => rights.filter((right) => right !== without)
    now.bed.host('a').zfs.allow('tank', 'zfsadmin', given(RIGHTS.a))
    now.bed.host('b').zfs.allow('vault', 'zfsadmin', given(RIGHTS.b))
    now.rebase()
  }

  test('the recommended rights are enough', async () => {
    now = await Case.open({ user: 'zfsadmin', onBackup: null })
    grant(null)
    expect(await now.after(2)).toEqual(['UP_TO_DATE'])
  })

  test.each(['send', 'hold', 'receive:append', 'create', 'mount'])(
    'without %s: PERMISSION_MISSING, and it stops trying',
    async (right) => {
      now = await Case.open({ user: 'zfsadmin', onBackup: null })
      grant(right)
      const reasons = await now.after(5)
      expect(reasons).toContain('PERMISSION_MISSING')
      const runs = await now.repairs()
      expect(runs[0]).toBe('FAILED permission-denied')
      expect(runs.length).toBeLessThanOrEqual(3)
    },
  )

  test('without bookmark it heals, and says that the chain is not anchored', async () => {
    now = await Case.open({ user: 'zfsadmin' })
    grant('bookmark')
    expect(await now.after(3)).toContain('UP_TO_DATE')
    expect((await now.repairs())[0]).toBe('SUCCEEDED_WITH_WARNINGS')
  })
})

test('killed at a hundred moments of a transfer: each time the next process heals it', async () => {
  now = await Case.open()
  const found: string[] = []
  for (let moment = 0; moment < 100; moment++) {
    const bed = await openScene(moment % 2 === 0 ? 'seed' : 'incremental')
    const before = takeStock(bed)
    await bed.look()
    await bed.clock.pass(moment * 25)
    found.push(
      ...(await aftermath(bed, before, { restart: true, databaseFailed: false })).map(
        (each) => `${moment * 25} ms: ${each}`,
      ),
    )
    await bed.close()
  }
  expect(found).toEqual([])
}, 300_000)
