import * as cells from './cells.ts'
import { type ListingFault, linesOf } from './cells.ts'
import { type Columns, columnList, POOL_COLUMNS, parseTable } from './columns.ts'
import { isDatasetName, isSnapshotName, isWithin, parentOf } from './names.ts'
import { type Argv, datasetOperand, type ZfsCommand } from './operand.ts'
import type { DatasetFacts, DatasetType, Guid, PoolFacts } from './types.ts'

type DatasetListing =
  | { readonly fault: null; readonly datasets: readonly DatasetFacts[] }
  | { readonly fault: ListingFault }

type PoolListing = { readonly fault: null; readonly pools: readonly PoolFacts[] } | { readonly fault: ListingFault }

/** What was asked for; a row outside it is a fault, because a broken host can print anything. */
export interface ListingScope {
  readonly names: readonly string[]
  readonly recursive: boolean
}

/**
 * Reads the output of `listDatasets` with the same columns.
 * Rows of a listing that ended with exit code 1 are true too, but what is missing from it is not thereby missing.
 */
export function parseDatasetListing(text: string, columns: Columns<DatasetFacts>, scope: ListingScope): DatasetListing {
  const wanted = new Set(scope.names)
  const table = parseTable<DatasetFacts>(text, columns, { snapshotsChanged: null }, ({ name }) => {
    if (wanted.has(name)) return null
    if (scope.recursive && scope.names.some((root) => isWithin(name, root))) return null
    return `The dataset ${JSON.stringify(name)} was not asked for.`
  })
  return table.fault === null ? { fault: null, datasets: table.rows } : table
}

/** Reads the output of `listPools`. `zpool list` ends with 0 even if some of the pools are missing: compare the names. */
export function parsePoolListing(text: string, pools: readonly string[]): PoolListing {
  const wanted = new Set(pools)
  const table = parseTable<PoolFacts>(text, POOL_COLUMNS, {}, ({ name }) =>
    wanted.has(name) ? null : `The pool ${JSON.stringify(name)} was not asked for.`,
  )
  return table.fault === null ? { fault: null, pools: table.rows } : table
}

/** A dataset as a swap has to know it. Sizes in bytes, `creation` in epoch seconds. */
export interface BesideRow {
  readonly name: string
  readonly type: DatasetType
  readonly guid: Guid
  readonly origin: string | null
  readonly creation: number
  readonly used: number
  /** Since its newest snapshot, or since the one that it is a clone of. */
  readonly written: number
  /** Null for a volume. */
  readonly canmount: 'on' | 'off' | 'noauto' | null
  readonly encryptionRoot: string | null
  readonly receiveResumeToken: string | null
}

const nameCell: cells.Cell<string> = (text) => (isDatasetName(text) ? text : undefined)
const canmountCell: cells.Cell<'on' | 'off' | 'noauto'> = (text) =>
  text === 'on' || text === 'off' || text === 'noauto' ? text : undefined

const COLUMNS: Columns<BesideRow> = [
  { key: 'name', property: 'name', read: nameCell },
  { key: 'type', property: 'type', read: cells.typeCell },
  { key: 'guid', property: 'guid', read: cells.guidCell },
  { key: 'origin', property: 'origin', read: cells.originCell },
  { key: 'creation', property: 'creation', read: cells.dateCell },
  { key: 'used', property: 'used', read: cells.numberCell },
  { key: 'written', property: 'written', read: cells.numberCell },
  { key: 'canmount', property: 'canmount', read: cells.orNull(canmountCell) },
  { key: 'encryptionRoot', property: 'encryptionroot', read: cells.orNull(nameCell) },
  { key: 'receiveResumeToken', property: 'receive_resume_token', read: cells.tokenCell },
]

/** Datasets and what stands directly below each of them, every one once. Answer: `parseBeside`. */
export function listBeside(zfs: ZfsCommand, datasets: readonly string[]): Argv {
  if (datasets.length === 0) throw new RangeError('Without a dataset the listing would be of the whole host.')
  const columns = columnList(COLUMNS)
  return [...zfs, 'list', '-Hp', '-t', 'filesystem,volume', '-d', '1', '-o', columns, ...datasets.map(datasetOperand)]
}

type BesideListing = { readonly fault: null; readonly rows: readonly BesideRow[] } | { readonly fault: ListingFault }

/** The datasets themselves are among the rows. */
export function parseBeside(text: string, datasets: readonly string[]): BesideListing {
  const asked = new Set(datasets)
  return parseTable<BesideRow>(text, COLUMNS, {}, ({ name }) => {
    if (asked.has(name) || asked.has(parentOf(name) ?? '')) return null
    return `The dataset ${JSON.stringify(name)} was not asked for.`
  })
}

/** The names of all that is below a dataset, at any depth, with their snapshots and its own. Answer: `longestBelow`. */
export function listNamesBelow(zfs: ZfsCommand, dataset: string): Argv {
  return [...zfs, 'list', '-H', '-t', 'filesystem,volume,snapshot', '-r', '-o', 'name', datasetOperand(dataset)]
}

/** The longest of them without the dataset's own name (`/kid/one@daily`, `''` where it is alone); null: that is no such listing. */
export function longestBelow(text: string, dataset: string): string | null {
  if (!text.endsWith('\n')) return null
  let longest = ''
  for (const name of linesOf(text)) {
    const rest = name.slice(dataset.length)
    const isBelow = name.startsWith(dataset) && (rest === '' || rest.startsWith('/') || rest.startsWith('@'))
    if (!isBelow || !(rest.includes('@') ? isSnapshotName(name) : isDatasetName(name))) return null
    if (rest.length > longest.length) longest = rest
  }
  return longest
}
