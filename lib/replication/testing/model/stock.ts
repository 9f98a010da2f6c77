import { parseOwnDatasetName } from '#lib/zfs/names.ts'
import { canmountOf } from './look.ts'
import { type ModelDataset, parentOf } from './objects.ts'
import type { ModelSan } from './san.ts'

/** Everything on a side that someone could lose, whatever dataset it is in: a name for each. */
export function stockOf(san: ModelSan): ReadonlySet<string> {
  const all = [...san.datasets.values()]
  return new Set([
    ...all.map(({ guid }) => `dataset ${guid}`),
    ...all.flatMap(({ snapshots }) => snapshots.map(({ guid }) => `snapshot ${guid}`)),
    ...all.flatMap(({ snapshots }) =>
      snapshots.flatMap(({ guid, holds }) => [...holds].map((tag) => `hold ${guid} ${tag}`)),
    ),
    ...all.flatMap(({ bookmarks }) => bookmarks.map(({ guid, name }) => `bookmark ${guid} ${name}`)),
    ...all.flatMap(({ snapshots, live }) =>
      [...snapshots.flatMap(({ data }) => data), ...live].map(({ id }) => `data ${id}`),
    ),
    ...all.flatMap(({ partial }) => (partial === null ? [] : [`partial of ${partial.toGuid}`])),
  ])
}

/** What was there and is not; a partial receive is not lost where its snapshot has arrived. */
export function lost(before: ReadonlySet<string>, after: ReadonlySet<string>): readonly string[] {
  return [...before].filter((each) => {
    if (after.has(each)) return false
    return !(each.startsWith('partial of ') && after.has(each.replace('partial of', 'snapshot')))
  })
}

/** Mountpoints that two file systems would take at the next boot. */
export function fightsOverMountpoints(san: ModelSan): readonly string[] {
  const places = [...san.datasets.values()]
    .filter((each) => canmountOf(each) === 'on')
    .map((each) => placeOf(san, each))
  return places.filter((place, index) => place !== 'none' && places.indexOf(place) !== index)
}

/** Mountpoints that people have given to two datasets, whether or not both mount now: nothing of ours can part those. */
export function placesGivenTwice(san: ModelSan): readonly string[] {
  const places = [...san.datasets.values()]
    .filter(({ name }) => parseOwnDatasetName(name) === null)
    .flatMap(({ local }) => local.get('mountpoint') ?? [])
  return places.filter((place, index) => places.indexOf(place) !== index)
}

function placeOf(san: ModelSan, { name, local }: ModelDataset): string {
  const own = local.get('mountpoint')
  if (own !== undefined) return own
  const parent = san.find(parentOf(name))
  return `${parent === null ? '' : placeOf(san, parent)}/${name.slice(name.lastIndexOf('/') + 1)}`
}
