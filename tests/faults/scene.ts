import { Bed } from '#tests/bed/bed.ts'
import { forgetBookings } from '#tests/invariants/bookings.ts'
import { datasetOf, takeStock } from '#tests/invariants/stock.ts'

/**
 * What a scan and its repair find: nothing on the backup, something, half of a first stream, names in the way, or one that
 * went its own way.
 */
export type Scene = 'seed' | 'incremental' | 'resume' | 'names' | 'rewind' | 'reseed'
export const SCENES: readonly Scene[] = ['seed', 'incremental', 'resume', 'names', 'rewind', 'reseed']

export const DATASET = 'a-b.one'
const BYTES = 60_000

/** A bed with one dataset in the given state and a witness that has started and not looked yet. */
export async function openScene(scene: Scene): Promise<Bed> {
  const bed = await Bed.open({
    hosts: [
      { id: 'a', pool: 'tank' },
      { id: 'b', pool: 'vault' },
    ],
    mappings: [{ name: 'one', primary: 'a', backup: 'b' }],
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
  if (scene === 'rewind') {
    zfs.replicate('tank/one', bed.host('b').zfs, 'vault/one', 's1')
    bed.host('b').zfs.snapshot('vault/one@own', { bytes: 500 })
  }
  if (scene === 'reseed') {
    bed.host('b').zfs.dataset.create('vault/one')
    bed.host('b').zfs.snapshot('vault/one@other', { bytes: 500 })
  }
  await bed.start()
  if (scene === 'resume') await receiveHalf(bed)
  return bed
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
