import type { DatasetType, Guid } from '#lib/zfs/types.ts'

/** ZFS says no; nothing has changed. */
export class Refused extends Error {}

/** A piece of data. `born`: createtxg of the first snapshot that held it; null while none does. */
export interface Piece {
  readonly id: string
  readonly born: bigint | null
}

/** What a new file system is written with by itself: no one's data. */
export const OWN_OVERHEAD = ''

export interface ModelSnapshot {
  name: string
  readonly guid: Guid
  readonly createtxg: bigint
  /** Epoch seconds. */
  readonly creation: number
  readonly holds: Set<string>
  /** Written since the snapshot before it. */
  data: readonly Piece[]
}

interface ModelBookmark {
  readonly name: string
  readonly guid: Guid
  readonly createtxg: bigint
  readonly creation: number
}

/** What a receive that was cut off has left (`receive -s`). */
export interface ModelPartial {
  readonly token: string
  readonly toGuid: Guid
  readonly fromGuid: Guid | null
  /** createtxg of the newest snapshot when it began. */
  readonly newestTxg: bigint
}

export interface ModelDataset {
  name: string
  readonly type: DatasetType
  readonly guid: Guid
  origin: ModelSnapshot | null
  /** Oldest first. */
  snapshots: ModelSnapshot[]
  bookmarks: ModelBookmark[]
  /** Written since its newest snapshot. */
  live: readonly Piece[]
  readonly local: Map<string, string>
  partial: ModelPartial | null
}

export const parentOf = (name: string): string => name.slice(0, name.lastIndexOf('/'))

/** `pool/ds@snap` or `pool/ds#mark` in its two parts. */
export function partsOf(name: string): readonly [dataset: string, short: string] {
  const at = name.search(/[@#]/)
  if (at < 0) throw new Refused(`${name} names no snapshot`)
  return [name.slice(0, at), name.slice(at + 1)]
}
