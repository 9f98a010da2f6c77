import { type ModelDataset, OWN_OVERHEAD } from '#lib/replication/testing/model/objects.ts'
import type { ModelSan } from '#lib/replication/testing/model/san.ts'
import type { Simulator } from '#simulator/admin-api.ts'

/** A dataset as both worlds can tell it. Guids and data are numbered by the caller, in the order of their first sight. */
export interface Told {
  readonly name: string
  readonly type: string
  readonly origin: string | null
  readonly settings: Readonly<Record<string, string | undefined>>
  readonly snapshots: readonly {
    readonly name: string
    readonly guid: string
    readonly holds: readonly string[]
    readonly data: readonly (string | number)[]
  }[]
  readonly bookmarks: readonly string[]
  readonly live: readonly (string | number)[]
  readonly written: boolean
  readonly partial: { readonly to: string; readonly from: string | null } | null
}

const SETTINGS = ['readonly', 'canmount', 'mountpoint'] as const
const settingsOf = (get: (name: string) => string | undefined) =>
  Object.fromEntries(SETTINGS.map((name) => [name, get(name)]))

/** Everything in the pool, the same for equal worlds whatever they call their guids. */
export function tellModel(san: ModelSan): readonly Told[] {
  return sorted([...san.datasets.values()].map((dataset) => toldOf(san, dataset)))
}

function toldOf(san: ModelSan, dataset: ModelDataset): Told {
  const { name, type, snapshots, bookmarks, live, local, partial } = dataset
  const ids = (pieces: ModelDataset['live']) => pieces.filter(({ id }) => id !== OWN_OVERHEAD).map(({ id }) => id)
  return {
    name,
    type,
    origin: san.originName(dataset),
    settings: settingsOf((setting) => local.get(setting)),
    snapshots: snapshots.map((each) => ({
      name: each.name,
      guid: each.guid,
      holds: [...each.holds].sort(),
      data: ids(each.data),
    })),
    bookmarks: bookmarks.map((mark) => `${mark.name} ${mark.guid}`),
    live: ids(live),
    written: live.length > 0,
    partial: partial === null ? null : { to: partial.toGuid, from: partial.fromGuid },
  }
}

export function tellSimulator({ store }: Simulator): readonly Told[] {
  store.forget()
  const told = store.allPools().flatMap((pool) => {
    const nameOf = (origin: { readonly dataset: number; readonly snapshot: number }): string => {
      const dataset = pool.datasets.find(({ id }) => id === origin.dataset)
      const history = dataset && store.history(pool, dataset)
      return `${dataset?.name}@${history?.snapshots.find(({ id }) => id === origin.snapshot)?.name}`
    }
    return pool.datasets
      .filter(({ name }) => name !== pool.name)
      .map((dataset): Told => {
        const { snapshots, bookmarks } = store.history(pool, dataset)
        const { partial, origin } = dataset
        return {
          name: dataset.name,
          type: dataset.type,
          origin: origin === null ? null : nameOf(origin),
          settings: settingsOf((setting) => dataset.local[setting]),
          snapshots: snapshots.map((each) => ({
            name: each.name,
            guid: each.guid,
            holds: Object.keys(each.holds).sort(),
            data: each.ext.map(({ s }) => s),
          })),
          bookmarks: bookmarks.map((mark) => `${mark.name} ${mark.guid}`),
          live: dataset.live.map(({ s }) => s),
          written: dataset.written > 0,
          partial: partial === null ? null : { to: partial.toGuid, from: partial.fromGuid },
        }
      })
  })
  store.forget()
  return sorted(told)
}

/** With guids and data numbered in the order in which they are met. */
export function canonical(told: readonly Told[]): string {
  const guids = new Map<string, number>()
  const data = new Map<string | number, number>()
  const number = <K>(map: Map<K, number>, key: K): number => {
    const known = map.get(key) ?? map.size
    map.set(key, known)
    return known
  }
  const lines = told.map(({ name, type, origin, settings, snapshots, bookmarks, live, written, partial }) => {
    const taken = snapshots.map(
      (each) => `@${each.name}=${number(guids, each.guid)}[${each.data.map((id) => number(data, id))}]{${each.holds}}`,
    )
    const marks = bookmarks.map((mark) => {
      const [short = '', guid = ''] = mark.split(' ')
      return `#${short}=${number(guids, guid)}`
    })
    // A first receive that was cut off has whatever has arrived of it.
    const unborn = partial !== null && partial.from === null
    const own = live.map((id) => number(data, id))
    const rest =
      partial === null
        ? ''
        : `partial ${number(guids, partial.to)} from ${partial.from === null ? '-' : number(guids, partial.from)}`
    const head = [name, type, origin ?? '-', JSON.stringify(settings), unborn ? '' : `live [${own}] ${written}`, rest]
    return [head.join(' '), ...taken, ...marks.sort()].join('\n  ')
  })
  return lines.join('\n')
}

const sorted = (told: readonly Told[]): readonly Told[] => told.toSorted((a, b) => (a.name < b.name ? -1 : 1))
