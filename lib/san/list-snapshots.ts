import type { HostConfig } from '#config/effective.ts'
import type { LookFault } from '#lib/replication/types.ts'
import type { Ssh } from '#lib/ssh/types.ts'
import { groupsToList } from '#lib/zfs/chunks.ts'
import { listSnapshots } from '#lib/zfs/commands.ts'
import { type DatasetSnapshots, parseSnapshotListing } from '#lib/zfs/listing.ts'
import { askInGroups, type ListingLimits } from './ask-in-groups.ts'
import { datasetFault } from './host-fault.ts'
import { ownLines } from './own-lines.ts'
import type { Pace } from './pace.ts'

/** What one dataset's snapshot listing came to. `missing`: it vanished between the probe and the listing. */
export type SnapshotAnswer = DatasetSnapshots | 'missing' | LookFault

export interface SnapshotAsk {
  readonly ssh: Ssh
  readonly host: HostConfig
  readonly datasets: readonly string[]
  readonly limits: ListingLimits
  readonly pace: Pace
  readonly signal?: AbortSignal
}

/** One SSH command for all the datasets of a host that have to be listed, and more only where that takes too long. */
export async function listAllSnapshots(ask: SnapshotAsk): Promise<ReadonlyMap<string, SnapshotAnswer>> {
  const { ssh, host, datasets, limits, pace, signal } = ask
  const kind = 'snapshots'
  const argv = (names: readonly string[]) => listSnapshots(host.zfsCommand, names)
  const groups = groupsToList(pace.toList(host.id, kind, datasets)).map((names) => ({ names, argv }))
  const { answers } = await askInGroups({ ssh, host: host.id, kind, groups, limits, pace, signal })
  const found = new Map<string, SnapshotAnswer>()
  for (const answer of answers) {
    if ('missing' in answer) for (const name of answer.names) found.set(name, 'missing')
    else if ('fault' in answer) for (const name of answer.names) found.set(name, answer.fault)
    else if ('badProperty' in answer) for (const name of answer.names) found.set(name, unknownProperty(host.id))
    else for (const [name, listed] of readListing(host.id, answer.output, answer.names)) found.set(name, listed)
  }
  for (const [name, answer] of found) {
    if (typeof answer === 'object' && 'snapshots' in answer)
      pace.listed(host.id, kind, name, answer.snapshots.length + answer.bookmarks.length)
  }
  return found
}

function readListing(
  host: string,
  output: string,
  names: readonly string[],
): readonly (readonly [string, SnapshotAnswer])[] {
  const listing = parseSnapshotListing(output, names)
  if (listing.fault === null) return [...listing.datasets]
  const wanted = new Set(names)
  const ownerOf = (line: string): string | null => {
    const name = line.slice(0, Math.max(0, line.search(/[@#]/)))
    return wanted.has(name) ? name : null
  }
  const own = names.length === 1 ? null : ownLines(output, names, ownerOf)
  if (own !== null) return names.flatMap((name) => readListing(host, own.get(name) ?? '', [name]))
  const message = `${host} answered a snapshot listing with a line that cannot be read (line ${listing.fault.line}: ${listing.fault.text}). ${listing.fault.reason}`
  return names.map((name) => [name, datasetFault(host, 'bad-listing', message)])
}

function unknownProperty(host: string): LookFault {
  return datasetFault(
    host,
    'bad-property',
    `${host}'s zfs does not know a property of the snapshot listing; OpenZFS 2.1 or newer is needed.`,
    false,
  )
}
