import { afterEach, expect, test } from 'bun:test'
import { Bed } from './bed.ts'
import { runCommand } from './command.ts'
import { ONE_DATASET } from './one-dataset.ts'

let bed: Bed
afterEach(() => bed.close())

const onBackup = async (...words: readonly string[]): Promise<string> => {
  const done = await runCommand(['zfs', ...words], bed.host('b'))
  if (done.exitCode !== 0) throw new Error(done.stderr)
  return done.stdout.trim()
}
const lastRepair = async () => (await bed.store.runs({ kind: ['REPAIR'], limit: 1 })).items[0]

/** A backup with limits of its own, which went its own way. */
async function limited(settings: readonly string[], own: (zfs: ReturnType<Bed['host']>['zfs']) => void): Promise<void> {
  bed = await Bed.open({
    ...ONE_DATASET,
    defaults: {
      auto_repair: true,
      repair_when: 'behind',
      primary_max_age_hours: 0,
      anchor: 'none',
      on_diverged: 'set_aside',
    },
  })
  const { zfs } = bed.host('a')
  zfs.dataset.create('tank/one')
  zfs.snapshot('tank/one@s1', { bytes: 4_000_000 })
  await bed.start()
  await bed.scan()
  await onBackup('set', ...settings, 'vault/one')
  own(bed.host('b').zfs)
}

/** Scans until a repair has set it aside. */
async function untilAside(): Promise<void> {
  for (let scans = 0; scans < 6; scans++) {
    await bed.clock.pass(3600_000)
    await bed.scan()
    const names = await onBackup('list', '-H', '-o', 'name')
    if (names.includes('.zw-aside-') && bed.engine.dataset('a-b.one')?.plan?.kind === 'NOTHING') return
  }
  throw new Error('Nothing was set aside.')
}
const limits = (name = 'vault/one') =>
  onBackup('get', '-Hp', '-o', 'value', 'quota,refquota,snapshot_limit,reservation', name)

test('a rewound backup has the limits of the old one; a reservation stays with the set-aside', async () => {
  await limited(['quota=9000000', 'refquota=8000000', 'snapshot_limit=70', 'reservation=1000000'], (zfs) => {
    zfs.snapshot('vault/one@own', { bytes: 1_000_000 })
  })
  bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 1_000_000 })
  await untilAside()
  expect(await limits()).toBe('9000000\n8000000\n70\n0')
  const aside = (await onBackup('list', '-H', '-o', 'name')).split('\n').find((name) => name.includes('.zw-aside-'))
  expect(await limits(aside)).toBe('9000000\n8000000\n70\n1000000')
  expect((await lastRepair())?.plan?.notes.join(' ')).toContain('zfs set reservation=1000000 vault/one')
})

test('a quota that the new line exceeds stops nothing: the run says so, with the command', async () => {
  // What the backup has of its own goes with the set-aside; what is common alone is more than the quota by now.
  await limited(['quota=9000000'], (zfs) => zfs.snapshot('vault/one@own', { bytes: 1_000_000 }))
  bed.host('a').zfs.forget('tank/one@s1')
  for (const name of ['x1', 'x2']) bed.host('a').zfs.snapshot(`tank/one@${name}`, { bytes: 6_000_000 })
  await untilAside()
  const run = await lastRepair()
  expect(await limits()).toBe('0\n0\nnone\n0')
  expect(run?.state).toBe('SUCCEEDED_WITH_WARNINGS')
  expect(run?.outcome).toContain('Give the new line of vault/one its quota=9000000 did not work')
})

test('killed after any call of the swap: the limits are there in the end', async () => {
  for (let calls = 1; calls < 60; calls += 3) {
    await limited(['quota=9000000', 'refquota=8000000'], (zfs) => zfs.snapshot('vault/one@own', { bytes: 1_000_000 }))
    bed.host('a').zfs.snapshot('tank/one@s2', { bytes: 1_000_000 })
    await bed.clock.pass(3600_000)
    await bed.look(false)
    await bed.clock.pass(3600_000)
    const { life } = bed.witness
    life.endAtCall(calls, calls % 2 === 0)
    await bed.scan()
    const died = life.over
    if (died) await bed.restart()
    await untilAside()
    expect([calls, await limits()]).toEqual([calls, '9000000\n8000000\nnone\n0'])
    if (!died) return
    await bed.close()
  }
}, 300_000)
