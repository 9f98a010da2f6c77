import { type Columns, columnList, POOL_COLUMNS, SNAPSHOT_COLUMNS } from './columns.ts'
import { splitSnapshot } from './names.ts'
import {
  type Argv,
  bookmarkOperand,
  datasetOperand,
  nativeProperty,
  poolOperand,
  snapshotOperand,
  type ZfsCommand,
  zpoolBeside,
} from './operand.ts'
import type { DatasetFacts } from './types.ts'

/** The commands that only look. None needs a delegated right. */

/** Answer: `parsePoolListing`. Ends with 0 even where some of the pools are missing. */
export function listPools(zfs: ZfsCommand, pools: readonly string[]): Argv {
  return [...zpoolBeside(zfs), 'list', '-Hp', '-o', columnList(POOL_COLUMNS), ...pools.map(poolOperand)]
}

export interface DatasetQuery {
  /** Everything below the names too. */
  readonly recursive: boolean
  readonly columns: Columns<DatasetFacts>
}

/** Answer: `parseDatasetListing`. One missing name makes it end with 1; the rows of the others are printed. */
export function listDatasets(zfs: ZfsCommand, names: readonly string[], query: DatasetQuery): Argv {
  const depth = query.recursive ? ['-r'] : []
  return [...zfs, 'list', '-Hp', '-t', 'filesystem,volume', ...depth, '-o', columnList(query.columns), ...some(names)]
}

/**
 * Answer: `parseSnapshotListing`. `-d 1` must be written out: with bookmarks among the types it is not implied, and
 * without it the snapshots of children come along.
 */
export function listSnapshots(zfs: ZfsCommand, datasets: readonly string[]): Argv {
  return [
    ...zfs,
    'list',
    '-Hp',
    '-t',
    'snapshot,bookmark',
    '-d',
    '1',
    '-o',
    SNAPSHOT_COLUMNS.join(','),
    ...some(datasets),
  ]
}

/** Bytes written to the dataset since one of its snapshots. Answer: `parseWrittenSince`. */
export function writtenSince(zfs: ZfsCommand, snapshot: string): Argv {
  const path = splitSnapshot(snapshotOperand(snapshot))
  return [...zfs, 'get', '-Hp', '-o', 'value', `written@${path?.snapshot}`, `${path?.dataset}`]
}

/** Native properties with their sources, one row each in this order. Answer: `parseProperties`. */
export function getProperties(zfs: ZfsCommand, dataset: string, names: readonly string[]): Argv {
  const list = names.map(nativeProperty).join(',')
  return [...zfs, 'get', '-Hp', '-o', 'property,value,source', list, datasetOperand(dataset)]
}

/**
 * Names of the properties that datasets have of their own. Answer: `parseOwnProperties`. No values: those of user
 * properties can hold newlines and so forge rows.
 */
export function listOwnProperties(zfs: ZfsCommand, datasets: readonly string[]): Argv {
  return [...zfs, 'get', '-Hp', '-s', 'local,received', '-o', 'name,property', 'all', ...some(datasets)]
}

/** One property of several datasets, a row each. Answer: `parsePropertyOfEach`. */
export function getProperty(zfs: ZfsCommand, datasets: readonly string[], property: string): Argv {
  return [...zfs, 'get', '-Hp', '-o', 'name,value', nativeProperty(property), ...some(datasets)]
}

/**
 * By which a raw increment knows its base: equal on both sides where a snapshot was received raw, `-` where it is not
 * encrypted. Needs no key. `bases` are `pool/ds@snap` or `pool/ds#mark`. Answer: `parsePropertyOfEach`.
 */
export function listIvSets(zfs: ZfsCommand, bases: readonly string[]): Argv {
  if (bases.length === 0) throw new RangeError('IV sets are asked for by name; with none there is nothing to ask.')
  const words = bases.map((base) => (base.includes('#') ? bookmarkOperand(base) : snapshotOperand(base)))
  return [...zfs, 'get', '-Hp', '-o', 'name,value', 'ivsetguid', ...words]
}

/** Quotas of exactly these datasets, `0` where there is none. Answer: `parseQuotas`. */
export function listQuotas(zfs: ZfsCommand, datasets: readonly string[]): Argv {
  return [...zfs, 'get', '-Hp', '-o', 'name,property,value', 'quota,refquota', ...some(datasets)]
}

/** Every dataset of a host. Answer: `parseAllDatasets`. */
export function listEveryDataset(zfs: ZfsCommand): Argv {
  return [...zfs, 'list', '-Hp', '-t', 'filesystem,volume', '-o', 'name,type,guid,origin']
}

/** Every dataset of a host with the bytes that are its own, without snapshots and children. Answer: `parseHoldings`. */
export function listHoldings(zfs: ZfsCommand): Argv {
  return [...zfs, 'list', '-Hp', '-t', 'filesystem,volume', '-o', 'name,usedbydataset']
}

/** Every snapshot of a host, in the cheap columns only. Answer: `parseAllSnapshots`. */
export function listEverySnapshot(zfs: ZfsCommand): Argv {
  return [...zfs, 'list', '-Hp', '-t', 'snapshot', '-o', 'name,guid,createtxg']
}

/** When snapshots were taken. Answer: `parseCreations`. */
export function listCreations(zfs: ZfsCommand, snapshots: readonly string[]): Argv {
  if (snapshots.length === 0) throw new RangeError('A listing needs at least one snapshot.')
  return [...zfs, 'list', '-Hp', '-t', 'snapshot', '-o', 'name,creation', ...snapshots.map(snapshotOperand)]
}

/** State, last scrub and errors for people to read. Answer: `parsePoolStatus`. */
export function poolStatus(zfs: ZfsCommand, pool: string): Argv {
  return [...zpoolBeside(zfs), 'status', poolOperand(pool)]
}

/** All properties of a pool, its features among them. Answer: `parsePoolFeatures`. */
export function poolProperties(zfs: ZfsCommand, pool: string): Argv {
  return [...zpoolBeside(zfs), 'get', '-Hp', '-o', 'property,value', 'all', poolOperand(pool)]
}

/** Asks sudo whether it would run a command, and runs nothing. Null where `zfs` is not called through sudo. */
export function sudoWouldRun(command: Argv): Argv | null {
  if (command[0] !== 'sudo') return null
  return ['sudo', '-n', '-l', ...command.slice(command[1] === '-n' ? 2 : 1)]
}

/** The holds of these snapshots, a row each: name, tag, time. Needs no right. Answer: `parseHeld`. */
export function listHolds(zfs: ZfsCommand, snapshots: readonly string[]): Argv {
  if (snapshots.length === 0) throw new RangeError('Holds are asked for by name; with none there is nothing to ask.')
  return [...zfs, 'holds', '-H', ...snapshots.map(snapshotOperand)]
}

/** Ends with 0 only where a receive onto an existing dataset runs or its remainder is stored; else with 1. */
export function probeReceive(zfs: ZfsCommand, dataset: string): Argv {
  return [...zfs, 'list', '-H', '-o', 'name', `${datasetOperand(dataset)}/%recv`]
}

/** The delegated rights that hold on a dataset, its parents' included. Answer: `parseRights`. */
export function listRights(zfs: ZfsCommand, dataset: string): Argv {
  return [...zfs, 'allow', datasetOperand(dataset)]
}

/** Two lines: `zfs-2.3.9-…` (tools) and `zfs-kmod-2.3.9-…` (kernel module). Answer: `parseVersion`. */
export function version(zfs: ZfsCommand): Argv {
  return [...zfs, 'version']
}

/** The host's own clock in epoch seconds. Answer: `parseClock`. */
export function clock(): Argv {
  return ['date', '+%s']
}

/** Without an operand `zfs list` would list every dataset of the host. */
function some(names: readonly string[]): readonly string[] {
  if (names.length === 0)
    throw new RangeError('A listing needs at least one dataset; with none there is nothing to ask.')
  return names.map(datasetOperand)
}
