/** Everything about listings: the columns that a command asks for and the parsers of its answer. */
export { DATASET_COLUMNS, DATASET_COLUMNS_BEFORE_2_2, POOL_COLUMNS, SNAPSHOT_COLUMNS } from './columns.ts'
export {
  type DatasetListing,
  type ListingScope,
  type PoolListing,
  parseDatasetListing,
  parsePoolListing,
} from './dataset-listing.ts'
export type { ListingFault } from './listing-fault.ts'
export { type DatasetSnapshots, parseSnapshotListing, type SnapshotListing } from './snapshot-listing.ts'
