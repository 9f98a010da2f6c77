import { afterEach, expect, test } from 'bun:test'
import { Bed } from './bed.ts'
import { ID, ONE_DATASET } from './one-dataset.ts'

let bed: Bed
afterEach(() => bed.close())

async function world(): Promise<void> {
  bed = await Bed.open({
    ...ONE_DATASET,
    defaults: { primary_max_age_hours: 0 },
  })
  const { zfs } = bed.host('a')
  zfs.dataset.create('tank/one')
  zfs.snapshot('tank/one@s1', { bytes: 1000 })
  zfs.replicate('tank/one', bed.host('b').zfs, 'vault/one', 's1')
  await bed.start()
}

/** Names of what a full listing not older than that has on the primary. */
async function fresh(maxAgeMs: number): Promise<readonly string[]> {
  const [inventory] = (await bed.run(bed.engine.freshInventories([ID], maxAgeMs))) ?? []
  if (inventory?.primary.state !== 'present') throw new Error('The primary was not read.')
  return [...inventory.primary.snapshots, ...inventory.primary.bookmarks].map(({ name }) => name)
}

test('nothing is seen before a look; a list of all makes one', async () => {
  await world()
  expect(bed.engine.seen(ID)).toBeNull()
  const all = await bed.run(bed.engine.inventories())
  expect(all?.map(({ mapping, primary }) => [mapping.id, primary.state])).toEqual([[ID, 'present']])
  expect(bed.engine.seen(ID)).not.toBeNull()
})

test('a look that is young enough is used again, an older one is not; a bookmark is seen, which no change of the dataset tells', async () => {
  await world()
  await bed.look(false)
  bed.host('a').zfs.bookmark('tank/one@s1', 'mine')
  expect(await fresh(60_000)).toEqual(['s1', 'mine'])
  bed.host('a').zfs.snapshot('tank/one@s2')
  await bed.clock.pass(30_000)
  expect(await fresh(60_000)).toEqual(['s1', 'mine'])
  expect(await fresh(0)).toEqual(['s1', 's2', 'mine'])
  bed.host('a').zfs.snapshot('tank/one@s3')
  await bed.clock.pass(61_000)
  expect(await fresh(60_000)).toEqual(['s1', 's2', 's3', 'mine'])
})

test('those who ask at the same time share one look', async () => {
  await world()
  const [one, other] = (await bed.run(
    Promise.all([bed.engine.freshInventories([ID], 60_000), bed.engine.freshInventories([ID, 'not known'], 60_000)]),
  )) ?? [[], []]
  expect(other[0]).toBe(one[0] as never)
  expect(other).toHaveLength(1)
})
