import type { Inventory, LookFault, Side } from '#lib/replication/types.ts'
import { poolOf } from '#lib/zfs/names.ts'
import type { PoolFacts } from '#lib/zfs/types.ts'
import { childOf, isExcluded, type Monitored } from './monitored.ts'
import type { HostReading, HostWant, ReadOptions, Sans } from './ports.ts'

/** What one look at the SANs brought. */
export interface Look {
  readonly readings: ReadonlyMap<string, HostReading>
  /** Inventories by dataset id, the children of recursive mappings among them. */
  readonly seen: readonly { readonly dataset: Monitored; readonly inventory: Inventory }[]
  /** Children found on the primary now, by root id; a root whose primary could not be listed is not in it. */
  readonly children: ReadonlyMap<string, readonly Monitored[]>
}

/** Reads both sides of the given datasets: one batched listing per host, both hosts of a pair at once. */
export async function look(
  sans: Sans,
  datasets: readonly Monitored[],
  options: ReadOptions & { readonly now: () => number },
): Promise<Look> {
  const readings = await sans.read(wants(datasets), options)
  const children = new Map<string, readonly Monitored[]>()
  const everything: Monitored[] = []
  for (const dataset of datasets) {
    everything.push(dataset)
    if (!dataset.config.recursive || dataset.parentId !== null) continue
    const found = foundChildren(dataset, readings)
    if (found === null) continue
    children.set(dataset.id, found)
    const asked = new Set(datasets.map((each) => each.id))
    everything.push(...found.filter((child) => !asked.has(child.id)))
  }
  const readAt = options.now()
  return {
    readings,
    children,
    seen: everything.map((dataset) => ({ dataset, inventory: inventory(dataset, readings, readAt) })),
  }
}

function wants(datasets: readonly Monitored[]): readonly HostWant[] {
  const byHost = new Map<string, Map<string, boolean>>()
  const want = (host: string, name: string, recursive: boolean): void => {
    const names = byHost.get(host) ?? new Map<string, boolean>()
    names.set(name, recursive || names.get(name) === true)
    byHost.set(host, names)
  }
  const roots = new Set(datasets.filter((each) => each.config.recursive && each.parentId === null).map(({ id }) => id))
  for (const { mapping, config, parentId } of datasets) {
    // Its root's listing has it in it; asked for by name, one that is gone would fail the listing of all the others.
    if (parentId !== null && roots.has(parentId)) continue
    const recursive = config.recursive && parentId === null
    want(mapping.primary.host, mapping.primary.dataset, recursive)
    want(mapping.backup.host, mapping.backup.dataset, recursive)
  }
  return [...byHost].map(([host, names]) => ({
    host,
    datasets: [...names].map(([name, recursive]) => ({ name, recursive })),
  }))
}

function foundChildren(root: Monitored, readings: ReadonlyMap<string, HostReading>): readonly Monitored[] | null {
  const reading = readings.get(root.mapping.primary.host)
  if (reading?.reached !== true || reading.sides.get(root.mapping.primary.dataset)?.state !== 'present') return null
  const below = reading.descendants.get(root.mapping.primary.dataset) ?? []
  return below.filter((facts) => !isExcluded(root.config, facts.name)).map((facts) => childOf(root.config, facts.name))
}

function inventory(dataset: Monitored, readings: ReadonlyMap<string, HostReading>, readAt: number): Inventory {
  const { mapping } = dataset
  const primary = readings.get(mapping.primary.host)
  const backup = readings.get(mapping.backup.host)
  return {
    mapping,
    primary: sideOf(primary, mapping.primary, dataset.parentId !== null),
    backup: sideOf(backup, mapping.backup, dataset.parentId !== null),
    primaryPool: poolFacts(primary, mapping.primary.dataset),
    backupPool: poolFacts(backup, mapping.backup.dataset),
    primarySkewSeconds: primary?.reached === true ? primary.skewSeconds : null,
    backupSkewSeconds: backup?.reached === true ? backup.skewSeconds : null,
    writtenSinceBase: null,
    token: null,
    readAt,
  }
}

function sideOf(reading: HostReading | undefined, end: { host: string; dataset: string }, isChild: boolean): Side {
  if (reading === undefined) return { state: 'unknown', fault: notRead(end.host, end.dataset) }
  if (!reading.reached) return { state: 'unknown', fault: reading.fault }
  const side = reading.sides.get(end.dataset)
  if (side !== undefined) return side
  // A child is listed by its root's recursive listing: when that one ended well, a child it does not name is not there.
  const root = [...reading.descendants.keys()].find((name) => end.dataset.startsWith(`${name}/`))
  if (isChild && root !== undefined && reading.sides.get(root)?.state === 'present') return { state: 'missing' }
  const rootSide = [...reading.sides].find(([name]) => end.dataset.startsWith(`${name}/`))?.[1]
  if (isChild && rootSide !== undefined && rootSide.state !== 'present') return rootSide
  return { state: 'unknown', fault: notRead(end.host, end.dataset) }
}

function notRead(host: string, dataset: string): LookFault {
  return {
    host,
    kind: 'local',
    reason: 'NOT_CHECKED',
    message: `${dataset} was not in ${host}'s answer.`,
    retryable: true,
  }
}

function poolFacts(reading: HostReading | undefined, dataset: string): PoolFacts | null {
  return reading?.reached === true ? (reading.pools?.get(poolOf(dataset)) ?? null) : null
}
