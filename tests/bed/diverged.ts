import { Bed, type BedOptions } from './bed.ts'
import { ONE_DATASET } from './one-dataset.ts'

interface Setting {
  readonly children?: readonly string[]
  readonly defaults?: object
  readonly options?: Partial<BedOptions>
}

const HOUR = 3600_000

/** A backup with children of its own that has gone its own way, and a primary that is ahead. */
export async function openDiverged({ children = [], defaults = {}, options = {} }: Setting = {}): Promise<Bed> {
  const bed = await Bed.open({
    ...ONE_DATASET,
    ...options,
    defaults: { auto_repair: true, repair_when: 'behind', on_diverged: 'set_aside', primary_max_age_hours: 0 },
  })
  const { zfs } = bed.host('a')
  zfs.dataset.create('tank/one')
  zfs.snapshot('tank/one@s1', { bytes: 20_000 })
  await bed.start()
  await bed.scan()
  bed.host('b').zfs.batch(() => {
    for (const child of children) bed.host('b').zfs.dataset.create(`vault/one/${child}`)
    bed.host('b').zfs.snapshot('vault/one@own', { bytes: 1000 })
  })
  zfs.snapshot('tank/one@s2', { bytes: 20_000 })
  await bed.look(false)
  await bed.clock.pass(2 * HOUR)
  await bed.configure({ defaults: { ...bed.settings.defaults, ...defaults } })
  return bed
}

/** Checks and repairs until nothing more comes of it. */
export async function settle(bed: Bed): Promise<void> {
  for (let checks = 0; checks < 4; checks++) {
    await bed.scan()
    await bed.clock.pass(7 * HOUR)
  }
  await bed.scan()
}
