import type { HostConfig } from '#config/effective.ts'
import type { HostWant } from '#lib/engine/ports.ts'
import type { LookFault } from '#lib/replication/types/inventory.ts'
import type { BatchResult, RemoteCommand, Ssh } from '#lib/ssh/types.ts'
import { linesOf } from '#lib/zfs/cells.ts'
import { type Columns, DATASET_COLUMNS, DATASET_COLUMNS_BEFORE_2_2, TOO_MANY_ROWS } from '#lib/zfs/columns.ts'
import { type ListingScope, parseDatasetListing, parsePoolListing } from '#lib/zfs/dataset-listing.ts'
import { classifyZfs } from '#lib/zfs/faults.ts'
import { isDatasetName, isWithin, poolOf } from '#lib/zfs/names.ts'
import { groupsToList } from '#lib/zfs/operand.ts'
import { clock, listDatasets, listPools } from '#lib/zfs/read-commands.ts'
import type { DatasetFacts, PoolFacts } from '#lib/zfs/types.ts'
import { askInGroups, type ListingLimits, Pace } from './ask-in-groups.ts'
import type { Answer } from './batch-answer.ts'
import { datasetFault } from './host-fault.ts'

/** What one session said of a host's pools and datasets, before any snapshot is listed. */
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
  /** Names below each recursive root that was listed, also of those whose line could not be read. */
  readonly descendants: ReadonlyMap<string, readonly string[]>
  /** The host's zfs does not know a property that was asked for (OpenZFS before 2.2). */
  readonly badProperty: boolean
}

interface ProbeRequest {
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

/** One SSH command: clock, pools, and every dataset asked for and the pools' roots, in groups; more only where that takes too long. */
export async function probe(request: ProbeRequest): Promise<Probe> {
  const { ssh, host, want, limits, signal } = request
  const pace = request.pace ?? new Pace()
  const columns = request.columns === 'current' ? DATASET_COLUMNS : DATASET_COLUMNS_BEFORE_2_2
  const pools = [...new Set(want.datasets.map(({ name }) => poolOf(name)))]
  const head: RemoteCommand[] = [
    { id: 'clock', argv: clock() },
    { id: 'pools', argv: listPools(host.zfsCommand, pools) },
  ]
  const plain = want.datasets.filter(({ recursive }) => !recursive).map(({ name }) => name)
  const roots = new Set(want.datasets.filter(({ recursive }) => recursive).map(({ name }) => name))
  // The root of a pool says what there is for data, which `zpool list` cannot: in the same listing, so at no command more.
  const asked = new Set([...plain, ...roots])
  const named = [...plain, ...pools.filter((name) => !asked.has(name))]
  const query = (recursive: boolean) => (names: readonly string[]) =>
    listDatasets(host.zfsCommand, names, { recursive, columns })
  const kind = 'datasets'
  const known = pace.toList(host.id, kind, named)
  // A tree cannot be halved: those go last, each for itself.
  const groups = [
    ...groupsToList(known.map((each) => ({ ...each, snapshots: 0 }))).map((names) => ({ names, argv: query(false) })),
    ...[...roots].map((name) => ({ names: [name], argv: query(true) })),
  ]
  const startedAt = request.now()
  const { first, answers } = await askInGroups({ ssh, host: host.id, kind, groups, head, limits, pace, signal })
  const hostClock = clockOf(first)
  const read = readAnswers(host.id, answers, roots, columns)
  const isWanted = (name: string): boolean => asked.has(name) || [...roots].some((root) => isWithin(name, root))
  return {
    batch: first,
    hostClock,
    skewSeconds: hostClock === null ? null : skew(hostClock, startedAt, request.now()),
    pools: withSpace(poolsOf(first, pools), read.facts),
    ...read,
    facts: new Map([...read.facts].filter(([name]) => isWanted(name))),
  }
}

/** Each pool with what its root dataset says of its space, where that one was read. */
function withSpace(
  pools: ReadonlyMap<string, PoolFacts> | null,
  facts: ReadonlyMap<string, DatasetFacts>,
): ReadonlyMap<string, PoolFacts> | null {
  if (pools === null) return null
  return new Map([...pools].map(([name, pool]) => [name, { ...pool, ...spaceOf(facts.get(name)) }]))
}

/** Of a pool's root dataset; nothing where it was not read. */
export function spaceOf(root: DatasetFacts | undefined): Pick<PoolFacts, 'usable'> {
  return root === undefined ? {} : { usable: { usedBytes: root.used, availableBytes: root.available } }
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
  const descendants = new Map<string, readonly string[]>()
  let badProperty = false
  for (const answer of answers) {
    if ('badProperty' in answer) badProperty = true
    else if ('missing' in answer) for (const name of answer.names) missing.add(name)
    else if ('fault' in answer) for (const name of answer.names) faults.set(name, answer.fault)
    else {
      const recursive = answer.names.length === 1 && roots.has(answer.names[0] ?? '')
      const listed = readListing(host, answer.output, columns, { names: answer.names, recursive })
      for (const [name, read] of listed)
        if ('reason' in read) faults.set(name, read)
        else facts.set(name, read)
      for (const name of answer.names) {
        if (!listed.has(name))
          faults.set(name, datasetFault(host, 'bad-listing', `${host}'s listing does not name ${name}.`))
        if (recursive)
          descendants.set(
            name,
            [...listed.keys()].filter((each) => each !== name),
          )
      }
    }
  }
  return { facts, missing, faults, descendants, badProperty }
}

/**
 * Each dataset that a listing names, as far as it can be read. A line that cannot is a fault of its own dataset alone, as
 * long as it says whose it is; else of all that were asked for.
 */
function readListing(
  host: string,
  output: string,
  columns: Columns<DatasetFacts>,
  scope: ListingScope,
): ReadonlyMap<string, DatasetFacts | LookFault> {
  const listing = parseDatasetListing(output, columns, scope)
  if (listing.fault === null) return new Map(listing.datasets.map((dataset) => [dataset.name, dataset]))
  const [root = ''] = scope.names
  const wanted = new Set(scope.names)
  const ownerOf = (line: string): string | null => {
    const [name = ''] = line.split('\t', 1)
    return wanted.has(name) || (scope.recursive && isDatasetName(name) && isWithin(name, root)) ? name : null
  }
  const { line, text, reason } = listing.fault
  const isOne = scope.names.length === 1 && !scope.recursive
  const own = isOne || reason === TOO_MANY_ROWS ? null : ownLines(output, [], ownerOf)
  if (own !== null)
    return new Map(
      [...own].flatMap(([name, lines]) => [...readListing(host, lines, columns, { names: [name], recursive: false })]),
    )
  const message = `${host} answered a listing with a line that cannot be read (line ${line}: ${text}). ${reason}`
  return new Map(scope.names.map((name) => [name, datasetFault(host, 'bad-listing', message)]))
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
function poolsOf(batch: BatchResult, asked: readonly string[]): ReadonlyMap<string, PoolFacts> | null {
  const result = batch.results.get('pools')
  if (result === undefined) return null
  if (result.exitCode !== 0 && classifyZfs(result.stderr)?.kind !== 'pool-missing') return null
  const listing = parsePoolListing(result.stdout, asked)
  return listing.fault === null ? new Map(listing.pools.map((pool) => [pool.name, pool])) : null
}

/**
 * The lines of each dataset of a listing, so that one which cannot be read costs no other dataset its listing. Null where a
 * line belongs to none of them, or the last one was cut off: then it is not known whose is missing.
 * @param ownerOf whose a line is; null: none of theirs
 */
function ownLines(
  output: string,
  names: readonly string[],
  ownerOf: (line: string) => string | null,
): ReadonlyMap<string, string> | null {
  if (!output.endsWith('\n')) return null
  const own = new Map<string, string[]>(names.map((name) => [name, []]))
  for (const line of linesOf(output)) {
    const owner = ownerOf(line)
    if (owner === null) return null
    const lines = own.get(owner)
    if (lines === undefined) own.set(owner, [`${line}\n`])
    else lines.push(`${line}\n`)
  }
  return new Map([...own].map(([name, lines]) => [name, lines.join('')]))
}
