import { Bed } from '#tests/bed/bed.ts'
import { runCommand } from '#tests/bed/command.ts'
import { forgetBookings } from '#tests/invariants/bookings.ts'
import { datasetOf, takeStock } from '#tests/invariants/stock.ts'

/**
 * What a scan and its repair find: nothing on the backup, not even what is above it, something, half of a first stream, names
 * in the way, one that went its own way (and is mounted), the same where ZFS refuses the swap once, half a swap of which
 * nothing is on record, or so many children that they go back in several lines.
 */
export type Scene =
  | 'seed'
  | 'parents'
  | 'incremental'
  | 'resume'
  | 'names'
  | 'rewind'
  | 'reseed'
  | 'undo'
  | 'finish'
  | 'lines'
export const SCENES: readonly Scene[] = [
  'seed',
  'parents',
  'incremental',
  'resume',
  'names',
  'rewind',
  'reseed',
  'undo',
  'finish',
  'lines',
]

export const DATASET = 'a-b.one'
const BYTES = 60_000

/** A bed with one dataset in the given state and a witness that has started and not looked yet. */
export async function openScene(scene: Scene): Promise<Bed> {
  const settings = scene === 'parents' ? { backup_dataset: 'vault/x/nested/one' } : {}
  const bed = await Bed.open({
    hosts: [
      { id: 'a', pool: 'tank' },
      { id: 'b', pool: 'vault' },
    ],
    mappings: [{ name: 'one', primary: 'a', backup: 'b', settings }],
    defaults: { auto_repair: true, repair_when: 'behind', on_diverged: 'set_aside', primary_max_age_hours: 0 },
  })
  const { zfs } = bed.host('a')
  zfs.batch(() => {
    zfs.dataset.create('tank/one')
    for (let n = 1; n <= 3; n++) zfs.snapshot(`tank/one@s${n}`, { bytes: BYTES })
  })
  if (scene === 'incremental') zfs.replicate('tank/one', bed.host('b').zfs, 'vault/one', 's1')
  if (scene === 'names') {
    // Two snapshots of the backup, one of them older than the base, have names of those to be sent.
    const there = bed.host('b').zfs
    zfs.replicate('tank/one', there, 'vault/one', 's1')
    there.snapshot('vault/one@s3')
    zfs.replicate('tank/one', there, 'vault/one', 's2')
    zfs.snapshot('tank/one@s4', { bytes: BYTES })
    there.snapshot('vault/one@s4')
  }
  if (scene === 'rewind' || scene === 'undo' || scene === 'finish' || scene === 'lines') {
    zfs.replicate('tank/one', bed.host('b').zfs, 'vault/one', 's1')
    bed.host('b').zfs.snapshot('vault/one@own', { bytes: 500 })
  }
  if (scene === 'rewind') await onBackup(bed, 'mount', 'vault/one')
  if (scene === 'undo') {
    const wrong = { kind: 'refuse', exitCode: 1, stderr: "cannot rename 'vault/one': permission denied" } as const
    bed.faults.add({ host: 'b', on: 'batch', match: /zfs rename -u vault\/one /, times: 1, wrong })
  }
  if (scene === 'finish') {
    bed.host('b').zfs.dataset.create('vault/one/kid')
    const next = 'vault/one.zw-next-20260101T000000Z'
    await onBackup(bed, 'clone', '-o', 'readonly=on', '-o', 'canmount=noauto', 'vault/one@s1', next)
    await onBackup(bed, 'promote', next)
  }
  // With names of this length some sixty of them fill a line.
  if (scene === 'lines')
    bed.host('b').zfs.batch(() => {
      for (let n = 0; n < 120; n++) bed.host('b').zfs.dataset.create(`vault/one/${'k'.repeat(200)}${n}`)
    })
  if (scene === 'reseed') {
    bed.host('b').zfs.dataset.create('vault/one')
    bed.host('b').zfs.snapshot('vault/one@other', { bytes: 500 })
  }
  await bed.start()
  if (scene === 'resume') await receiveHalf(bed)
  return bed
}

async function onBackup(bed: Bed, ...words: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await runCommand(['zfs', ...words], bed.host('b'))
  if (exitCode !== 0) throw new Error(stderr)
}

/** A witness before this one was killed in the middle of the first stream. */
async function receiveHalf(bed: Bed): Promise<void> {
  await bed.look()
  for (let looks = 0; received(bed) === 0; looks++) {
    if (looks === 200) throw new Error('The first stream did not begin.')
    await bed.clock.pass(50)
  }
  forgetBookings()
  await bed.restart()
  await bed.clock.pass(60_000)
}

const received = (bed: Bed): number => datasetOf(takeStock(bed), 'b', 'vault/one')?.partial?.bytes ?? 0
