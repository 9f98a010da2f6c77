import type { BookmarkRecord, DatasetRecord, PoolRecord, SnapshotRecord } from '../state/model.ts'
import type { ObjectType } from './table.ts'

/** One row of a listing: a dataset, or a snapshot or bookmark of it. */
export interface ZfsObject {
  readonly type: ObjectType
  readonly name: string
  readonly pool: PoolRecord
  readonly dataset: DatasetRecord
  readonly snapshot?: SnapshotRecord
  readonly bookmark?: BookmarkRecord
  /** The hidden half of a receive, `DATASET/%recv`. */
  readonly hidden?: boolean
}

export const objectOfDataset = (pool: PoolRecord, dataset: DatasetRecord): ZfsObject => ({
  type: dataset.type,
  name: dataset.name,
  pool,
  dataset,
})

export const objectOfSnapshot = (pool: PoolRecord, dataset: DatasetRecord, snapshot: SnapshotRecord): ZfsObject => ({
  type: 'snapshot',
  name: `${dataset.name}@${snapshot.name}`,
  pool,
  dataset,
  snapshot,
})

export const objectOfBookmark = (pool: PoolRecord, dataset: DatasetRecord, bookmark: BookmarkRecord): ZfsObject => ({
  type: 'bookmark',
  name: `${dataset.name}#${bookmark.name}`,
  pool,
  dataset,
  bookmark,
})
