import type { HostConfig } from '#config/effective.ts'
import type { UncoveredRecord } from '#lib/db/types.ts'
import type { BatchOptions, Ssh } from '#lib/ssh/types.ts'
import { type Holding, parseHoldings } from '#lib/zfs/answers.ts'
import { classifyZfs } from '#lib/zfs/faults.ts'
import { parseOwnDatasetName } from '#lib/zfs/names.ts'
import { listHoldings } from '#lib/zfs/read-commands.ts'
import { NotListed } from './types.ts'

/** What of a host is watched already. Names of datasets there. */
interface Watched {
  readonly primaries: readonly string[]
  /** A backup of another host is no primary data, and nor is what is below it. */
  readonly backups: readonly string[]
}

interface Counting {
  readonly ssh: Ssh
  readonly limits: BatchOptions
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** What of a host nobody replicates. One short listing; reads only. @throws NotListed */
export async function countUncovered(
  { ssh, limits, now }: Counting,
  { id: host, zfsCommand }: HostConfig,
  watched: Watched,
): Promise<UncoveredRecord> {
  const batch = await ssh.batch(host, [{ id: 'holdings', argv: listHoldings(zfsCommand) }], limits)
  const result = batch.results.get('holdings')
  if (result === undefined)
    throw new NotListed(
      host,
      batch.fault?.message ?? `${host} ended the session too early.`,
      batch.fault?.retryable ?? true,
    )
  if (result.exitCode !== 0) {
    const said = classifyZfs(result.stderr)
    const text = said?.text ?? `it ended with code ${result.exitCode} and said nothing`
    throw new NotListed(host, `${host} could not list its datasets: ${text}`, said?.retryable ?? false)
  }
  const holdings = parseHoldings(result.stdout)
  if (holdings === null) throw new NotListed(host, `${host} answered a listing with a line that cannot be read.`, false)
  return { host, at: now(), ...uncoveredOf(holdings, watched) }
}

/** Less than an empty file system takes with its metadata: what only holds others holds no data of its own. */
const CONTAINER_BYTES = 1024 * 1024
const MOST_NAMES = 50

/**
 * What is no primary of any mapping, except what is a backup, what repairs have left there, and what only holds other
 * datasets. The largest come first.
 */
export function uncoveredOf(
  holdings: readonly Holding[],
  { primaries, backups }: Watched,
): Pick<UncoveredRecord, 'datasets' | 'count' | 'bytes' | 'names'> {
  const covered = new Set(primaries)
  const ours = holdings.flatMap(({ name }) => (parseOwnDatasetName(name) === null ? [] : [name]))
  const left = new Set([...backups, ...ours])
  const holders = new Set(holdings.flatMap(({ name }) => aboveOf(name)))
  const found = holdings.filter(
    ({ name, bytes }) =>
      !covered.has(name) &&
      ![...aboveOf(name), name].some((root) => left.has(root)) &&
      !(holders.has(name) && bytes <= CONTAINER_BYTES),
  )
  return {
    datasets: holdings.length,
    count: found.length,
    bytes: found.reduce((sum, { bytes }) => sum + bytes, 0),
    names: found
      .toSorted((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1))
      .slice(0, MOST_NAMES)
      .map(({ name }) => name),
  }
}

/** `a/b/c` → `a`, `a/b` */
function aboveOf(name: string): readonly string[] {
  const parts = name.split('/')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
}
