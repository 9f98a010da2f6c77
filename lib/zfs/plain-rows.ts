import { dateCell, numberCell } from './cells.ts'
import { isGuid, isUint64 } from './guid.ts'
import { linesOf } from './lines.ts'
import { isDatasetName, isSnapshotName } from './names.ts'
import { MOST_PROPERTIES } from './own-properties.ts'
import { splitSnapshot } from './paths.ts'
import { LONGEST_VALUE } from './properties.ts'
import type { DatasetType, Guid } from './types.ts'

/*
 * Small `-H` tables. Each reader answers null for an output with a row that it cannot read: a listing that is half
 * understood is not known.
 */

/** The answer of `listOwnProperties`: names by dataset, those of user properties (with a colon) among them. */
export function parseOwnProperties(
  stdout: string,
  datasets: readonly string[],
): ReadonlyMap<string, readonly string[]> | null {
  const found = new Map<string, string[]>(datasets.map((name) => [name, []]))
  for (const cells of rows(stdout)) {
    const own = found.get(cells[0] ?? '')
    const property = cells[1]
    if (cells.length !== 2 || own === undefined || property === undefined) return null
    if (!/^[a-z0-9_.:-]{1,256}(@[A-Za-z0-9_.:-]{1,256})?$/.test(property) || own.length >= MOST_PROPERTIES) return null
    own.push(property)
  }
  return found
}

/** The answer of `getProperty`: values by dataset. */
export function parsePropertyOfEach(stdout: string, datasets: readonly string[]): ReadonlyMap<string, string> | null {
  const wanted = new Set(datasets)
  const found = new Map<string, string>()
  for (const [name = '', value, ...more] of rows(stdout)) {
    if (value === undefined || more.length > 0 || !wanted.has(name) || value.length > LONGEST_VALUE) return null
    found.set(name, value)
  }
  return found
}

/** `quota` counts everything in the dataset and below it, `refquota` what it refers to itself. */
export interface Quota {
  readonly dataset: string
  readonly property: 'quota' | 'refquota'
  readonly bytes: number
}

/** The answer of `listQuotas`: those that are set. */
export function parseQuotas(stdout: string, datasets: readonly string[]): readonly Quota[] | null {
  const wanted = new Set(datasets)
  const found: Quota[] = []
  const seen = new Set<string>()
  for (const [dataset = '', property, value = '', ...more] of rows(stdout)) {
    // A volume has none.
    const bytes = value === '-' || value === 'none' ? 0 : numberCell(value)
    if (more.length > 0 || !wanted.has(dataset) || bytes === undefined) return null
    if (property !== 'quota' && property !== 'refquota') return null
    if (seen.has(`${dataset}\t${property}`)) return null
    seen.add(`${dataset}\t${property}`)
    if (bytes > 0) found.push({ dataset, property, bytes })
  }
  return found
}

export interface ListedDataset {
  readonly name: string
  readonly type: DatasetType
  readonly guid: Guid
  /** `pool/ds@snap`, or null. */
  readonly origin: string | null
}

/** The answer of `listEveryDataset`. */
export function parseAllDatasets(stdout: string): readonly ListedDataset[] | null {
  const found: ListedDataset[] = []
  for (const [name = '', type, guid = '', origin, ...more] of rows(stdout)) {
    if (more.length > 0 || !isDatasetName(name) || !isGuid(guid) || origin === undefined) return null
    if (origin !== '-' && !isSnapshotName(origin)) return null
    if (type !== 'filesystem' && type !== 'volume') return null
    found.push({ name, type, guid, origin: origin === '-' ? null : origin })
  }
  return found
}

export interface ListedSnapshot {
  readonly dataset: string
  readonly name: string
  readonly guid: Guid
  /** Order within its own pool only. */
  readonly createtxg: bigint
}

/** The answer of `listEverySnapshot`. */
export function parseAllSnapshots(stdout: string): readonly ListedSnapshot[] | null {
  const found: ListedSnapshot[] = []
  for (const [full = '', guid = '', txg = '', ...more] of rows(stdout)) {
    const path = splitSnapshot(full)
    if (more.length > 0 || path === null || !isSnapshotName(full) || !isGuid(guid) || !isUint64(txg)) return null
    found.push({ dataset: path.dataset, name: path.snapshot, guid, createtxg: BigInt(txg) })
  }
  return found
}

/** The answer of `listCreations`: epoch seconds by `pool/ds@snap`. */
export function parseCreations(stdout: string): ReadonlyMap<string, number> | null {
  const found = new Map<string, number>()
  for (const [name = '', creation = '', ...more] of rows(stdout)) {
    const seconds = dateCell(creation)
    if (more.length > 0 || !isSnapshotName(name) || seconds === undefined) return null
    found.set(name, seconds)
  }
  return found
}

/** More cells than any of these tables has come as one too many. */
function* rows(stdout: string): Generator<readonly string[]> {
  for (const line of linesOf(stdout)) if (line !== '') yield line.split('\t', 6)
}
