import { type Columns, POOL_COLUMNS } from './columns.ts'
import type { ListingFault } from './listing-fault.ts'
import { isWithin } from './paths.ts'
import { parseTable } from './table.ts'
import type { DatasetFacts, PoolFacts } from './types.ts'

export type DatasetListing =
  | { readonly fault: null; readonly datasets: readonly DatasetFacts[] }
  | { readonly fault: ListingFault }

export type PoolListing =
  | { readonly fault: null; readonly pools: readonly PoolFacts[] }
  | { readonly fault: ListingFault }

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
