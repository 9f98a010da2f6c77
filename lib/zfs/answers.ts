import { dateCell, type ListingFault, linesOf, listingFault, numberCell } from './cells.ts'
import { isDatasetName, isGuid, isSnapshotName, isUint64, splitSnapshot } from './names.ts'
import { type Argv, datasetOperand, propertyOperand, type ZfsCommand } from './operand.ts'
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

export interface Holding {
  readonly name: string
  /** Its own, without snapshots and children. */
  readonly bytes: number
}

/** The answer of `listHoldings`. */
export function parseHoldings(stdout: string): readonly Holding[] | null {
  const found: Holding[] = []
  for (const [name = '', used = '', ...more] of rows(stdout)) {
    const bytes = numberCell(used)
    if (more.length > 0 || !isDatasetName(name) || bytes === undefined) return null
    found.push({ name, bytes })
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

/** The names of the properties set on the dataset itself, one a line. Their values are asked for one by one: they can hold anything. */
export function listPropertyNames(zfs: ZfsCommand, dataset: string): Argv {
  return [...zfs, 'get', '-Hp', '-s', 'local,received', '-o', 'property', 'all', datasetOperand(dataset)]
}

/** One value and a newline, whatever is in it. A native or user property. */
export function getValue(zfs: ZfsCommand, dataset: string, property: string): Argv {
  propertyOperand(property, '')
  return [...zfs, 'get', '-Hp', '-o', 'value', property, datasetOperand(dataset)]
}

/** Set on one dataset. Each is asked for by itself, so no SAN is let say how many there are. */
const MOST_PROPERTIES = 500

/** Null where the output is not a list of property names. */
export function parsePropertyNames(stdout: string): readonly string[] | null {
  if (stdout === '') return []
  if (!stdout.endsWith('\n')) return null
  const names = stdout.slice(0, -1).split('\n', MOST_PROPERTIES + 1)
  const isList = names.length <= MOST_PROPERTIES && names.every((name) => /^[a-z0-9_.:-]{1,256}$/.test(name))
  return isList ? names : null
}

interface PropertyValue {
  /** As `zfs get -p` prints it; `-` where the dataset's type does not have it. */
  readonly value: string
  /** Where it comes from: only `local` and `received` are this dataset's own. */
  readonly source: 'local' | 'received' | 'inherited' | 'default' | 'temporary' | 'none'
}

type PropertyListing =
  | { readonly fault: null; readonly properties: ReadonlyMap<string, PropertyValue> }
  | { readonly fault: ListingFault }

/** ZFS takes no longer one. */
const LONGEST_VALUE = 8192

/**
 * Reads the answer of `getProperties(dataset, names)`. There must be exactly one row for each name, in that order: a
 * value with tabs or newlines in it (a mount point can hold them) is then a fault and never a forged row.
 */
export function parseProperties(stdout: string, names: readonly string[]): PropertyListing {
  const lines = stdout.split('\n', names.length + 2)
  const properties = new Map<string, PropertyValue>()
  for (const [index, name] of names.entries()) {
    const line = lines[index] ?? ''
    const [property, value, source, ...more] = line.split('\t', 4)
    const from = source === undefined ? undefined : readSource(source)
    if (
      property !== name ||
      value === undefined ||
      from === undefined ||
      more.length > 0 ||
      value.length > LONGEST_VALUE
    )
      return { fault: listingFault(index + 1, line, `The row of the property ${name} was expected here.`) }
    properties.set(name, { value, source: from })
  }
  if (lines.length !== names.length + 1 || lines.at(-1) !== '')
    return {
      fault: listingFault(
        lines.length,
        lines.at(-1) ?? '',
        'There are more rows than properties, or the last one is cut off.',
      ),
    }
  return { fault: null, properties }
}

function readSource(text: string): PropertyValue['source'] | undefined {
  if (text === '-') return 'none'
  if (text.startsWith('inherited from ')) return 'inherited'
  return text === 'local' || text === 'received' || text === 'default' || text === 'temporary' ? text : undefined
}

/** The answer of `clock`: epoch seconds, or null if it is no such number. */
export function parseClock(stdout: string): number | null {
  return oneNumber(stdout)
}

/**
 * The answer of `writtenSince`: bytes, or null. ZFS prints `-`, with exit code 0, for a snapshot that is not there:
 * null is "not known", never "nothing was written".
 */
export function parseWrittenSince(stdout: string): number | null {
  return oneNumber(stdout)
}

/** The answer of `listHolds`: the snapshots that are held by this tag. A tag of someone else's may be any text. */
export function parseHeld(stdout: string, tag: string): readonly string[] {
  const held = new Set<string>()
  for (const line of linesOf(stdout)) {
    const [name, of] = line.split('\t', 2)
    if (name !== undefined && of === tag && isSnapshotName(name)) held.add(name)
  }
  return [...held]
}

export interface ZfsVersion {
  readonly major: number
  readonly minor: number
  readonly patch: number
  /** The rest, such as `-0+deb13u1`, or empty. */
  readonly build: string
}

/** The answer of `version`: of the kernel module where it is printed, else of the tools. Null if there is none in it. */
export function parseVersion(stdout: string): ZfsVersion | null {
  const found = /^zfs-kmod-(.{0,100})$/m.exec(stdout)?.[1] ?? /^zfs-(?!kmod)(.{0,100})$/m.exec(stdout)?.[1] ?? ''
  const parts = /^v?([0-9]{1,4})\.([0-9]{1,4})(?:\.([0-9]{1,4}))?([A-Za-z0-9.+~_-]{0,60})$/.exec(found)
  if (parts === null) return null
  return { major: Number(parts[1]), minor: Number(parts[2]), patch: Number(parts[3] ?? 0), build: parts[4] ?? '' }
}

/** `receive:append`, with which a receiver cannot destroy, exists since 2.3.2. */
export function hasAppendOnlyReceive(version: ZfsVersion): boolean {
  return isAtLeast(version, 2, 3, 2)
}

/** `snapshots_changed`, with which a scan need not list every snapshot, exists since 2.2. */
export function hasSnapshotsChanged(version: ZfsVersion): boolean {
  return isAtLeast(version, 2, 2, 0)
}

function isAtLeast(version: ZfsVersion, major: number, minor: number, patch: number): boolean {
  if (version.major !== major) return version.major > major
  if (version.minor !== minor) return version.minor > minor
  return version.patch >= patch
}

function oneNumber(stdout: string): number | null {
  const line = stdout.endsWith('\n') ? stdout.slice(0, -1) : stdout
  return numberCell(line) ?? null
}
