import type { HostConfig } from '#config/effective.ts'
import type { HostWant } from '#lib/engine/ports.ts'
import type { LookFault } from '#lib/replication/types.ts'
import type { BatchResult, RemoteCommand, Ssh } from '#lib/ssh/types.ts'
import { groupsToList } from '#lib/zfs/chunks.ts'
import { type Columns, DATASET_COLUMNS, DATASET_COLUMNS_BEFORE_2_2 } from '#lib/zfs/columns.ts'
import { clock, listDatasets, listPools, listUsableSpace } from '#lib/zfs/commands.ts'
import { parseDatasetListing, parsePoolListing } from '#lib/zfs/listing.ts'
import { classifyZfs } from '#lib/zfs/messages.ts'
import { isWithin, poolOf } from '#lib/zfs/paths.ts'
import { parseUsableSpace } from '#lib/zfs/plain-rows.ts'
import type { DatasetFacts, PoolFacts } from '#lib/zfs/types.ts'
import { askInGroups, type ListingLimits } from './ask-in-groups.ts'
import type { Answer } from './batch-answer.ts'
import { datasetFault } from './host-fault.ts'
import { Pace } from './pace.ts'

/** What one session told of a host's pools and datasets, before any snapshot is listed. */
export interface Probe {
  readonly batch: BatchResult
  /** Epoch seconds by the host's clock when the session began, null when it did not say. */
  readonly hostClock: number | null
  readonly skewSeconds: number | null
  readonly pools: ReadonlyMap<string, PoolFacts> | null
  readonly facts: ReadonlyMap<string, DatasetFacts>
  /** Asked for by name, and its own listing says that it does not exist. */
  readonly missing: ReadonlySet<string>
  readonly faults: ReadonlyMap<string, LookFault>
  readonly descendants: ReadonlyMap<string, readonly DatasetFacts[]>
  /** The host's zfs does not know a property that was asked for (OpenZFS before 2.2). */
  readonly badProperty: boolean
}

export interface ProbeRequest {
  readonly ssh: Ssh
  readonly host: HostConfig
  readonly want: HostWant
  readonly columns: 'current' | 'before-2.2'
  readonly now: () => number
  readonly limits: ListingLimits
  /** What was slow before; without it this reading remembers nothing. */
  readonly pace?: Pace
  readonly signal?: AbortSignal
}

/** One SSH command: clock, pools, every dataset asked for, in groups, and the space of the pools; more only where that takes too long. */
export async function probe(request: ProbeRequest): Promise<Probe> {
  const { ssh, host, want, limits, signal } = request
  const pace = request.pace ?? new Pace()
  const columns = request.columns === 'current' ? DATASET_COLUMNS : DATASET_COLUMNS_BEFORE_2_2
  const pools = [...new Set(want.datasets.map(({ name }) => poolOf(name)))]
  const head: RemoteCommand[] = [
    { id: 'clock', argv: clock() },
    { id: 'pools', argv: listPools(host.zfsCommand, pools) },
  ]
  // A command of its own in the same session: named in a listing of datasets, a pool that is away would fail that one.
  const tail: RemoteCommand[] = [{ id: 'space', argv: listUsableSpace(host.zfsCommand, pools) }]
  const plain = want.datasets.filter(({ recursive }) => !recursive).map(({ name }) => name)
  const roots = new Set(want.datasets.filter(({ recursive }) => recursive).map(({ name }) => name))
  const query = (recursive: boolean) => (names: readonly string[]) =>
    listDatasets(host.zfsCommand, names, { recursive, columns })
  const kind = 'datasets'
  const known = pace.toList(host.id, kind, plain)
  // A tree cannot be halved: those go last, each for itself.
  const groups = [
    ...groupsToList(known.map((each) => ({ ...each, snapshots: 0 }))).map((names) => ({ names, argv: query(false) })),
    ...[...roots].map((name) => ({ names: [name], argv: query(true) })),
  ]
  const startedAt = request.now()
  const asked = { ssh, host: host.id, kind, groups, head, tail, limits, pace, signal }
  const { first, last, answers } = await askInGroups(asked)
  const hostClock = clockOf(first)
  return {
    batch: first,
    hostClock,
    skewSeconds: hostClock === null ? null : skew(hostClock, startedAt, request.now()),
    pools: withSpace(poolsOf(first, pools), last, pools),
    ...readAnswers(host.id, answers, roots, columns),
  }
}

function readAnswers(
  host: string,
  answers: readonly Answer[],
  roots: ReadonlySet<string>,
  columns: Columns<DatasetFacts>,
) {
  const facts = new Map<string, DatasetFacts>()
  const missing = new Set<string>()
  const faults = new Map<string, LookFault>()
  const descendants = new Map<string, readonly DatasetFacts[]>()
  let badProperty = false
  for (const answer of answers) {
    if ('badProperty' in answer) badProperty = true
    else if ('missing' in answer) for (const name of answer.names) missing.add(name)
    else if ('fault' in answer) for (const name of answer.names) faults.set(name, answer.fault)
    else {
      const recursive = answer.names.length === 1 && roots.has(answer.names[0] ?? '')
      const listing = parseDatasetListing(answer.output, columns, { names: answer.names, recursive })
      if (listing.fault !== null) {
        const text = `${host} answered a listing with a line that cannot be read (line ${listing.fault.line}: ${listing.fault.text}). ${listing.fault.reason}`
        for (const name of answer.names) faults.set(name, datasetFault(host, 'bad-listing', text))
        continue
      }
      for (const dataset of listing.datasets) facts.set(dataset.name, dataset)
      for (const name of answer.names) {
        if (!facts.has(name)) {
          faults.set(name, datasetFault(host, 'bad-listing', `${host}'s listing does not name ${name}.`))
        } else if (recursive) {
          descendants.set(
            name,
            listing.datasets.filter((dataset) => isWithin(dataset.name, name) && dataset.name !== name),
          )
        }
      }
    }
  }
  return { facts, missing, faults, descendants, badProperty }
}

function clockOf(batch: BatchResult): number | null {
  const text = batch.results.get('clock')?.stdout ?? ''
  return /^[0-9]{9,11}\n$/.test(text) ? Number(text) : null
}

/** A clock that is ahead by more than this beyond doubt (CLOCK_SKEW says so) is taken to be as far ahead as it can be. */
const DOUBT_SECONDS = 60

/**
 * Whole seconds that the host's clock is off; what lies within the session's own length is no skew. Where it is off for
 * certain, the ages of what it dated are rather too long than too short, however long the session took.
 */
export function skew(hostClock: number, startedMs: number, endedMs: number): number {
  const earliest = Math.floor(startedMs / 1000) - 1
  const latest = Math.ceil(endedMs / 1000) + 1
  if (hostClock < earliest || hostClock - latest > DOUBT_SECONDS) return hostClock - earliest
  return hostClock > latest ? hostClock - latest : 0
}

/** Null when the pools could not be listed; a pool that was asked for and is not in the answer is not imported. */
export function poolsOf(batch: BatchResult, asked: readonly string[]): ReadonlyMap<string, PoolFacts> | null {
  const result = batch.results.get('pools')
  if (result === undefined) return null
  if (result.exitCode !== 0 && classifyZfs(result.stderr)?.kind !== 'pool-missing') return null
  const listing = parsePoolListing(result.stdout, asked)
  return listing.fault === null ? new Map(listing.pools.map((pool) => [pool.name, pool])) : null
}

/** Each pool with its usable space, where it was answered: the rows of the others are true whichever pool is away. */
export function withSpace(
  pools: ReadonlyMap<string, PoolFacts> | null,
  batch: BatchResult,
  asked: readonly string[],
): ReadonlyMap<string, PoolFacts> | null {
  const space = parseUsableSpace(batch.results.get('space')?.stdout ?? '', asked)
  if (pools === null || space === null) return pools
  return new Map(
    [...pools].map(([name, pool]) => {
      const usable = space.get(name)
      return [name, usable === undefined ? pool : { ...pool, usable }]
    }),
  )
}
