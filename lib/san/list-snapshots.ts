import type { HostConfig } from '#config/effective.ts'
import type { LookFault } from '#lib/replication/types.ts'
import type { BatchOptions, Ssh } from '#lib/ssh/types.ts'
import { chunkNames } from '#lib/zfs/chunks.ts'
import { listSnapshots } from '#lib/zfs/commands.ts'
import { type DatasetSnapshots, parseSnapshotListing } from '#lib/zfs/listing.ts'
import { groupAnswers, groupCommand } from './batch-answer.ts'
import { datasetFault, lookFault } from './host-fault.ts'

/** What one dataset's snapshot listing came to. `missing`: it vanished between the probe and the listing. */
export type SnapshotAnswer = DatasetSnapshots | 'missing' | LookFault

/** One SSH command for all the datasets of a host that have to be listed. */
export async function listAllSnapshots(
  ssh: Ssh,
  host: HostConfig,
  datasets: readonly string[],
  options: BatchOptions,
): Promise<ReadonlyMap<string, SnapshotAnswer>> {
  const groups = chunkNames(datasets).map((names, index) => ({ id: `snapshots${index}`, names }))
  const commands = groups.map((group) => groupCommand(group, (names) => listSnapshots(host.zfsCommand, names)))
  const batch = await ssh.batch(host.id, commands, options)
  const answers = new Map<string, SnapshotAnswer>()
  for (const answer of groups.flatMap((group) => groupAnswers(batch, group))) {
    if ('missing' in answer) for (const name of answer.names) answers.set(name, 'missing')
    else if ('fault' in answer) for (const name of answer.names) answers.set(name, answer.fault)
    else if ('badProperty' in answer) for (const name of answer.names) answers.set(name, unknownProperty(host.id))
    else for (const [name, listed] of readListing(host.id, answer.output, answer.names)) answers.set(name, listed)
  }
  if (batch.fault !== null) {
    for (const name of datasets) if (!answers.has(name)) answers.set(name, lookFault(batch.fault))
  }
  return answers
}

function readListing(
  host: string,
  output: string,
  names: readonly string[],
): readonly (readonly [string, SnapshotAnswer])[] {
  const listing = parseSnapshotListing(output, names)
  if (listing.fault === null) return [...listing.datasets]
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
