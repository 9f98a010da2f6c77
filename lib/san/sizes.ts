import type { HostConfig } from '#config/effective.ts'
import type { BatchOptions, Ssh } from '#lib/ssh/types.ts'
import { listSizes, parseSizes, type SnapshotSize } from '#lib/zfs/cost-listing.ts'
import { chunkNames } from '#lib/zfs/operand.ts'
import { askInGroups } from './ask-in-groups.ts'
import { Pace } from './pace.ts'

/** Where the caller has none. */
const LIMITS = { silenceMs: 60_000, timeoutMs: 15 * 60_000 }

/** What single snapshots hold and wrote, by their full names; what could not be read is left out, and asked for again. */
export async function readSizes(
  ssh: Ssh,
  host: HostConfig,
  snapshots: readonly string[],
  options: BatchOptions,
): Promise<ReadonlyMap<string, SnapshotSize>> {
  const argv = (some: readonly string[]) => listSizes(host.zfsCommand, some)
  const groups = chunkNames(snapshots).map((names) => ({ names, argv }))
  const limits = { ...LIMITS, ...options }
  const ask = { ssh, host: host.id, kind: 'sizes', groups, limits, pace: new Pace(), signal: options.signal }
  const { answers } = await askInGroups(ask)
  const asked = new Set(snapshots)
  const found = new Map<string, SnapshotSize>()
  for (const answer of answers) {
    if (!('output' in answer)) continue
    for (const [name, size] of parseSizes(answer.output) ?? []) if (asked.has(name)) found.set(name, size)
  }
  return found
}
