import { Bed, type BedOptions } from './bed.ts'

/** Two SANs and one line of configuration: `tank/one` on a, its backup `vault/one` on b. */
export const ONE_DATASET = {
  hosts: [
    { id: 'a', pool: 'tank' },
    { id: 'b', pool: 'vault' },
  ],
  mappings: [{ name: 'one', primary: 'a', backup: 'b' }],
}

/** By which API and engine know it. */
export const ID = 'a-b.one'

/** One dataset, its primary with a first snapshot. */
export async function openFresh(options: Partial<BedOptions> = {}): Promise<Bed> {
  const bed = await Bed.open({
    ...ONE_DATASET,
    ...options,
    defaults: { auto_repair: true, repair_when: 'behind', primary_max_age_hours: 0, ...options.defaults },
  })
  bed.host('a').zfs.dataset.create('tank/one')
  bed.host('a').zfs.snapshot('tank/one@s1', { bytes: 1_000_000 })
  return bed
}
