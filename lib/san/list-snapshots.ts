import type { HostConfig } from '#config/effective.ts'
import type { LookFault } from '#lib/replication/types/inventory.ts'
import type { Ssh } from '#lib/ssh/types.ts'
import { groupsToList } from '#lib/zfs/operand.ts'
import { listSnapshots } from '#lib/zfs/read-commands.ts'
import { createRoom, limitsFor, type SnapshotLimits } from '#lib/zfs/snapshot-limits.ts'
import type { DatasetSnapshots } from '#lib/zfs/snapshot-listing.ts'
import { createSnapshotReader, snapshotsIn, type UnreadSnapshots } from '#lib/zfs/snapshot-reader.ts'
import { askInGroups, type ListingLimits } from './ask-in-groups.ts'
import { datasetFault, fullFault } from './host-fault.ts'
import type { Pace } from './pace.ts'

/** What one dataset's snapshot listing came to. `missing`: it vanished between the probe and the listing. */
export type SnapshotAnswer = DatasetSnapshots | 'missing' | LookFault

export interface SnapshotAsk {
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
export async function listAllSnapshots(ask: SnapshotAsk): Promise<ReadonlyMap<string, SnapshotAnswer>> {
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
