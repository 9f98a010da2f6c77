import type { Stock, StockDataset } from './stock.ts'

/** What people took away between two stocks; everything else that is gone was lost. Keys as `lossKey` makes them. */
export type Removed = ReadonlySet<string>

export const lossKey = (
  host: string,
  what: 'snapshot' | 'dataset' | 'bookmark' | 'live',
  id: string | number,
): string => `${host} ${what} ${id}`

interface Thing {
  readonly key: string
  readonly words: string
}

/** I1, I2: whatever was on a SAN before is still there, wherever, or a person removed it. */
export function lossesBetween(before: Stock, after: Stock, removed: Removed): string[] {
  const left = new Set(thingsOn(after).map(({ key }) => key))
  // A snapshot taken meanwhile holds what was written before it.
  for (const host of after.keys())
    for (const { data } of datasetsOn(after, host)) for (const seed of data) left.add(lossKey(host, 'live', seed))
  return thingsOn(before)
    .filter(({ key }) => !left.has(key) && !removed.has(key))
    .map(({ words }) => `lost: ${words}`)
}

/**
 * Names and holds of snapshots are not the product's to change, but for a name that one to be sent has: then the old one
 * gets its own guid behind it, or in place of it.
 */
export function changesBetween(before: Stock, after: Stock, changed: Removed): string[] {
  const found: string[] = []
  for (const host of before.values()) {
    const later = new Map(datasetsOn(after, host.id).map((dataset) => [dataset.guid, dataset]))
    for (const dataset of datasetsOn(before, host.id)) {
      const now = later.get(dataset.guid)?.snapshots ?? []
      for (const old of dataset.snapshots) {
        // One guid may be there twice: two replicators that were at work at once, with another name in between.
        const all = now.filter(({ guid }) => guid === old.guid)
        const same = all.find((each) => each.name === old.name || isCleared(old.name, each)) ?? all[0]
        if (same === undefined || changed.has(lossKey(host.id, 'snapshot', old.guid))) continue
        if (same.name !== old.name && !isCleared(old.name, same))
          found.push(`renamed: ${host.id}:${dataset.name}@${old.name} is now @${same.name}`)
        if (same.holds < old.holds) found.push(`released: a hold of ${host.id}:${dataset.name}@${old.name} is gone`)
      }
    }
  }
  return found
}

/** Equal guids hold equal data: nothing was mixed up, garbled or left out. */
export function differencesIn(stock: Stock): string[] {
  const first = new Map<string, { readonly digest: string; readonly where: string }>()
  const found: string[] = []
  for (const host of stock.values()) {
    for (const dataset of datasetsOn(stock, host.id)) {
      const full = dataset.snapshots
      for (const { guid, digest, name } of full) {
        const where = `${host.id}:${dataset.name}@${name}`
        const known = first.get(guid)
        if (known === undefined) first.set(guid, { digest, where })
        else if (known.digest !== digest) found.push(`different data under one guid: ${known.where} and ${where}`)
      }
    }
  }
  return found
}

function thingsOn(stock: Stock): Thing[] {
  return [...stock.keys()].flatMap((host) =>
    datasetsOn(stock, host).flatMap((dataset): Thing[] => {
      const at = `${host}:${dataset.name}`
      return [
        { key: lossKey(host, 'dataset', dataset.guid), words: `dataset ${at}` },
        ...dataset.snapshots.map(({ guid, name }) => ({
          key: lossKey(host, 'snapshot', guid),
          words: `snapshot ${at}@${name} (${guid})`,
        })),
        ...dataset.bookmarks.map(({ guid, name }) => ({
          key: lossKey(host, 'bookmark', `${guid}#${name}`),
          words: `bookmark ${at}#${name}`,
        })),
        ...dataset.live.map((seed) => ({ key: lossKey(host, 'live', seed), words: `data written to ${at}` })),
      ]
    }),
  )
}

/** Those of pools that are not imported too: they are only out of reach. */
function datasetsOn(stock: Stock, host: string): readonly StockDataset[] {
  // A dataset that came into being with a first receive goes with it, and nothing is lost.
  return (stock.get(host)?.pools ?? []).flatMap((pool) =>
    pool.datasets.filter((each) => each.partial?.fresh !== true || each.snapshots.length > 0),
  )
}

function isCleared(before: string, { name, guid }: { readonly name: string; readonly guid: string }): boolean {
  const own = `zw-${BigInt(guid).toString(16).padStart(16, '0')}`
  return name === `${before}.${own}` || name === own
}
