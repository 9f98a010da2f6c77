import type { HostConfig } from '#config/effective.ts'
import type { HostReading, HostWant, ReadOptions } from '#lib/engine/ports.ts'
import type { LookFault, Side } from '#lib/replication/types/inventory.ts'
import type { Ssh } from '#lib/ssh/types.ts'
import { isWithin, poolOf } from '#lib/zfs/names.ts'
import { groupsToList } from '#lib/zfs/operand.ts'
import { listSnapshots } from '#lib/zfs/read-commands.ts'
import { createRoom, limitsFor, type SnapshotLimits } from '#lib/zfs/snapshot-limits.ts'
import type { DatasetSnapshots } from '#lib/zfs/snapshot-listing.ts'
import { createSnapshotReader, snapshotsIn, type UnreadSnapshots } from '#lib/zfs/snapshot-reader.ts'
import type { DatasetFacts, PoolFacts } from '#lib/zfs/types.ts'
import { askInGroups, type ListingLimits, type Pace } from './ask-in-groups.ts'
import { datasetFault, fullFault, lookFault } from './host-fault.ts'
import type { ListingCache } from './listing-cache.ts'
import { type Probe, probe } from './probe.ts'

/** Pools in these states answer late, never, or with old truth: nothing in them is judged. */
const UNUSABLE = new Set(['FAULTED', 'SUSPENDED', 'UNAVAIL', 'REMOVED', 'OFFLINE'])

/** An OpenZFS that is upgraded is noticed within this time. */
const OLD_FOR_MS = 24 * 3600_000

export interface HostReader {
  readonly ssh: Ssh
  readonly cache: ListingCache
  readonly now: () => number
  readonly limits: ListingLimits
  readonly pace: Pace
  /** Hosts found to have no `snapshots_changed`, with the moment (epoch ms); it is tried again after a day. */
  readonly oldHosts: Map<string, number>
}

/** Reads one host: one SSH command where nothing changed since the last reading, two where something did. */
export async function readHost(
  reader: HostReader,
  host: HostConfig,
  want: HostWant,
  options: ReadOptions,
): Promise<HostReading> {
  const first = await runProbe(reader, host, want, options.signal)
  const { batch } = first
  // A host that is too slow for its first word has been reached all the same.
  if (batch.results.size === 0 && batch.fault !== null && batch.fault.kind !== 'too-slow') {
    return { reached: false, host: host.id, fault: lookFault(batch.fault), latencyMs: null }
  }
  const present = [...first.facts.values()].filter((facts) => unusableHealth(first, facts.name) === null)
  reader.cache.looked(host.id, present.length, isGone(first))
  const known = new Map<string, DatasetSnapshots>()
  if (options.mode === 'incremental') {
    for (const facts of present) {
      const cached = reader.cache.get(host.id, facts, first.hostClock, reader.now())
      if (cached !== null) known.set(facts.name, cached)
    }
  }
  const toList = present.filter((facts) => !known.has(facts.name))
  const listed =
    toList.length === 0
      ? new Map<string, SnapshotAnswer>()
      : await listAllSnapshots({
          ssh: reader.ssh,
          host,
          datasets: toList.map(({ name }) => name),
          known,
          limits: reader.limits,
          pace: reader.pace,
          signal: options.signal,
        })
  for (const facts of toList) {
    const answer = listed.get(facts.name)
    if (answer !== undefined && isListing(answer))
      reader.cache.put(host.id, facts, answer, first.hostClock, reader.now())
  }
  return {
    reached: true,
    host: host.id,
    skewSeconds: first.skewSeconds,
    latencyMs: Math.round(batch.durationMs),
    pools: first.pools,
    sides: sides(first, host.id, want, known, listed),
    descendants: first.descendants,
    commands: toList.length === 0 ? 1 : 2,
  }
}

/** Below a root that was listed, and not in its listing. */
function isGone({ descendants, facts }: Probe): (name: string) => boolean {
  const roots = [...descendants.keys()]
  return (name) => !facts.has(name) && roots.some((root) => isWithin(name, root))
}

async function runProbe(reader: HostReader, host: HostConfig, want: HostWant, signal?: AbortSignal): Promise<Probe> {
  const { ssh, now, limits, pace } = reader
  const request = { ssh, host, want, now, limits, pace, signal }
  const foundAt = reader.oldHosts.get(host.id)
  const old = foundAt !== undefined && Math.abs(now() - foundAt) < OLD_FOR_MS
  const answer = await probe({ ...request, columns: old ? 'before-2.2' : 'current' })
  if (old || !answer.badProperty) return answer
  reader.oldHosts.set(host.id, now())
  return probe({ ...request, columns: 'before-2.2' })
}

function sides(
  first: Probe,
  host: string,
  want: HostWant,
  known: ReadonlyMap<string, DatasetSnapshots>,
  listed: ReadonlyMap<string, SnapshotAnswer>,
): ReadonlyMap<string, Side> {
  const result = new Map<string, Side>()
  const asked = want.datasets.map(({ name }) => name)
  const below = [...first.descendants.values()].flat()
  const names = new Set([...asked, ...below])
  for (const name of names) {
    const facts = first.facts.get(name)
    result.set(
      name,
      facts === undefined
        ? absent(first, host, name)
        : present(first, host, facts, known.get(name) ?? listed.get(name)),
    )
  }
  return result
}

function present(first: Probe, host: string, facts: DatasetFacts, answer: SnapshotAnswer | undefined): Side {
  const health = unusableHealth(first, facts.name)
  if (health !== null) return { state: 'pool-unavailable', pool: poolOf(facts.name), health }
  if (answer === undefined)
    return {
      state: 'unknown',
      fault: datasetFault(host, 'lost', `${host} did not list the snapshots of ${facts.name}.`),
    }
  if (answer === 'missing') return { state: 'missing' }
  if (isListing(answer)) return { state: 'present', facts, snapshots: answer.snapshots, bookmarks: answer.bookmarks }
  return { state: 'unknown', fault: answer }
}

/** A pool that is not imported answers exactly like a missing dataset: only the list of pools distinguishes them. */
function absent(first: Probe, host: string, name: string): Side {
  const health = unusableHealth(first, name)
  if (health !== null) return { state: 'pool-unavailable', pool: poolOf(name), health }
  const fault = first.faults.get(name)
  if (fault !== undefined) return { state: 'unknown', fault }
  if (!first.missing.has(name))
    return { state: 'unknown', fault: datasetFault(host, 'lost', `${host} did not answer for ${name}.`) }
  if (first.pools === null) {
    return {
      state: 'unknown',
      fault: datasetFault(
        host,
        'pools',
        `${host} says that ${name} does not exist, but its pools could not be listed: the pool may just not be imported.`,
      ),
    }
  }
  return { state: 'missing' }
}

/** Why nothing in this dataset's pool can be judged; null when the pool is well enough, or nothing is known of it. */
function unusableHealth(first: Probe, name: string): string | null {
  if (first.pools === null) return null
  const pool: PoolFacts | undefined = first.pools.get(poolOf(name))
  if (pool === undefined) return first.facts.has(name) ? null : 'not imported'
  return UNUSABLE.has(pool.health) ? pool.health : null
}

function isListing(answer: SnapshotAnswer): answer is DatasetSnapshots {
  return typeof answer === 'object' && 'snapshots' in answer
}

/** What one dataset's snapshot listing came to. `missing`: it vanished between the probe and the listing. */
type SnapshotAnswer = DatasetSnapshots | 'missing' | LookFault

interface SnapshotAsk {
  readonly ssh: Ssh
  readonly host: HostConfig
  readonly datasets: readonly string[]
  /** What is known of the others, and kept. */
  readonly known: ReadonlyMap<string, DatasetSnapshots>
  readonly limits: ListingLimits
  readonly pace: Pace
  readonly signal?: AbortSignal
}

/** One SSH command for all the datasets of a host that have to be listed, and more only where that takes too long. */
async function listAllSnapshots(ask: SnapshotAsk): Promise<ReadonlyMap<string, SnapshotAnswer>> {
  const { ssh, host, datasets, known, limits, pace, signal } = ask
  const kind = 'snapshots'
  const argv = (names: readonly string[]) => listSnapshots(host.zfsCommand, names)
  const room = createRoom(limitsFor(known.size + datasets.length), known.values())
  const reader = (names: readonly string[]) => {
    const own = createSnapshotReader(names, room)
    const givenUp = () =>
      new Map([...own.unreadable()].map(([name, why]) => [name, faultOf(host.id, name, why, room.limits)] as const))
    return { ...own, givenUp }
  }
  const groups = groupsToList(pace.toList(host.id, kind, datasets)).map((names) => ({ names, argv, reader }))
  const { answers } = await askInGroups({ ssh, host: host.id, kind, groups, limits, pace, signal })
  const found = new Map<string, SnapshotAnswer>()
  for (const answer of answers) {
    if ('missing' in answer) for (const name of answer.names) found.set(name, 'missing')
    else if ('fault' in answer) for (const name of answer.names) found.set(name, answer.fault)
    else if ('badProperty' in answer) for (const name of answer.names) found.set(name, unknownProperty(host.id))
    else
      for (const [name, read] of snapshotsIn(answer, room))
        found.set(name, 'snapshots' in read ? read : faultOf(host.id, name, read, room.limits))
  }
  for (const [name, answer] of found) {
    if (typeof answer === 'object' && 'snapshots' in answer)
      pace.listed(host.id, kind, name, answer.snapshots.length + answer.bookmarks.length)
  }
  return found
}

function faultOf(host: string, name: string, read: UnreadSnapshots, limits: SnapshotLimits): LookFault {
  if ('full' in read) return fullFault(host, name, read.full, limits)
  const { line, text, reason } = read.fault
  const message = `${host} answered a snapshot listing with a line that cannot be read (line ${line}: ${text}). ${reason}`
  return datasetFault(host, 'bad-listing', message)
}

function unknownProperty(host: string): LookFault {
  return datasetFault(
    host,
    'bad-property',
    `${host}'s zfs does not know a property of the snapshot listing; OpenZFS 2.1 or newer is needed.`,
    false,
  )
}
