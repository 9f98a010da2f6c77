import { compare, filterOf } from '#lib/replication/compare.ts'
import type { Comparison, Inventory, LookFault, Side } from '#lib/replication/types/inventory.ts'
import { poolOf } from '#lib/zfs/names.ts'
import type { PoolFacts } from '#lib/zfs/types.ts'
import { answered, CutOff, type InternalFaults } from './internal-faults.ts'
import type { Monitored } from './monitored.ts'
import type { HostReading, HostWant, ReadOptions, Sans } from './ports.ts'

/** The hosts of one look: each is read by itself, so that the pairs of one that answers need not wait for another. */
interface HostLook {
  /** What a host said, as soon as it did; null where the wait for it was given up. Never rejects. */
  reading(host: string): Promise<HostReading | null>
  /**
   * Resolves when a host has been reached, or all have answered or been given up: whether the witness is cut off from all
   * of them is not known before.
   */
  readonly anyReached: Promise<void>
}

interface HostsAsked {
  readonly sans: Pick<Sans, 'read'>
  readonly faults: InternalFaults
  /** Called with each answer, also with that of a host that could not be reached; not where the wait for it was given up. */
  readonly onReading: (reading: HostReading) => void
}

/** Asks all hosts of the datasets, each with one batched listing. */
export function readHosts(ask: HostsAsked, datasets: readonly Monitored[], options: ReadOptions): HostLook {
  const readings = new Map<string, Promise<HostReading | null>>()
  const { promise: anyReached, resolve } = Promise.withResolvers<void>()
  for (const want of wants(datasets)) {
    const reading = readHost(ask, want, options)
    readings.set(want.host, reading)
    void reading.then((read) => {
      if (read?.reached === true) resolve()
    })
  }
  void Promise.all(readings.values()).then(() => resolve())
  return { reading: (host) => readings.get(host) ?? Promise.resolve(null), anyReached }
}

async function readHost(
  { sans, faults, onReading }: HostsAsked,
  want: HostWant,
  options: ReadOptions,
): Promise<HostReading | null> {
  const { host } = want
  try {
    const readings = await answered(sans.read([want], options), options.signal)
    const reading = readings.get(host)
    if (reading === undefined) throw new Error(`The answer of ${host} is not in what was read.`)
    // Who stops waiting has learned nothing of the host.
    if (!reading.reached && reading.fault.kind === 'cancelled') return null
    onReading(reading)
    return reading
  } catch (error) {
    if (error instanceof CutOff) return null
    return { reached: false, host, latencyMs: null, fault: faults.of({ host }, `Reading ${host}`, error) }
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

/** What stands below a root on its primary, by name; null where it could not be listed. */
export function namesBelow(root: Monitored, primary: HostReading): readonly string[] | null {
  const { dataset } = root.mapping.primary
  if (!primary.reached || primary.sides.get(dataset)?.state !== 'present') return null
  return primary.descendants.get(dataset) ?? []
}

/** Both sides of a dataset out of what its hosts said. */
export function inventoryOf(dataset: Monitored, primary: HostReading, backup: HostReading, readAt: number): Inventory {
  const { mapping } = dataset
  return {
    mapping,
    primary: sideOf(primary, mapping.primary, dataset.parentId !== null),
    backup: sideOf(backup, mapping.backup, dataset.parentId !== null),
    primaryPool: poolFacts(primary, mapping.primary.dataset),
    backupPool: poolFacts(backup, mapping.backup.dataset),
    primarySkewSeconds: primary.reached ? primary.skewSeconds : null,
    backupSkewSeconds: backup.reached ? backup.skewSeconds : null,
    writtenSinceBase: null,
    token: null,
    readAt,
  }
}

function sideOf(reading: HostReading, end: { host: string; dataset: string }, isChild: boolean): Side {
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

function poolFacts(reading: HostReading, dataset: string): PoolFacts | null {
  return reading.reached ? (reading.pools?.get(poolOf(dataset)) ?? null) : null
}

/** A side for which the wait was given up: not read, and no fault of the host's either. */
export function wasCutOff({ primary, backup }: Inventory): boolean {
  return [primary, backup].some((side) => side.state === 'unknown' && side.fault.kind === 'cancelled')
}

/**
 * Where a transfer of our own was under way during a look, its half-received state on the backup is no finding: a scan
 * then sees the backup as it was before, and the status says REPAIRING. (The repair's own looks see everything.)
 */
export function withoutOwnTransfer<T extends { readonly dataset: Monitored; readonly inventory: Inventory }>(
  receiving: ReadonlySet<string>,
  each: T,
): T {
  const { backup } = each.inventory
  if (backup.state !== 'present' || !receiving.has(each.dataset.id)) return each
  if (backup.snapshots.length === 0) return { ...each, inventory: { ...each.inventory, backup: { state: 'missing' } } }
  return {
    ...each,
    inventory: { ...each.inventory, backup: { ...backup, facts: { ...backup.facts, receiveResumeToken: null } } },
  }
}

/** The comparison of what was read; null where a side could not be read (that is not "empty"). */
export function compareSides(dataset: Monitored, inventory: Inventory): Comparison | null {
  const { primary, backup } = inventory
  if (primary.state !== 'present') return null
  if (backup.state !== 'present' && backup.state !== 'missing') return null
  // Ages are by the clock that wrote `creation`: the primary's.
  const primaryNow = inventory.readAt / 1000 + (inventory.primarySkewSeconds ?? 0)
  return compare(primary, backup.state === 'present' ? backup : null, filterOf(dataset.config.policy), primaryNow)
}
