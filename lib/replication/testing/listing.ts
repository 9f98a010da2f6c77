import { DATASET_COLUMNS } from '#lib/zfs/columns.ts'
import { parseDatasetListing } from '#lib/zfs/dataset-listing.ts'
import { parseSnapshotListing } from '#lib/zfs/snapshot-listing.ts'
import type { PresentSide } from '../types/inventory.ts'
import { NOW } from './world.ts'

export type Row = readonly [name: string, guid: string, createtxg: number, hoursAgo: number]
/** What `zfs list` prints of these snapshots and bookmarks; names come with their `@` or `#`. */
export function listing(dataset: string, rows: readonly Row[]): string {
  return rows
    .map(([name, guid, txg, hours]) => {
      const type = name.startsWith('#') ? 'bookmark' : 'snapshot'
      return [`${dataset}${name}`, type, guid, txg, NOW / 1000 - hours * 3600, type === 'bookmark' ? '-' : 0].join('\t')
    })
    .map((line) => `${line}\n`)
    .join('')
}

export interface Cells {
  readonly written?: number
  readonly token?: string
}

/** One side, read from text by the parsers that read the SANs. */
export function sideFrom(dataset: string, text: string, over: Cells = {}): PresentSide {
  const before = [dataset, 'filesystem', '4611686018427387905', '7', 1, '-', '-', over.token ?? '-', over.written ?? 0]
  const cells = [...before, 1, 1, 1, 'on', 'no', 'off', '-', '-']
  const datasets = parseDatasetListing(`${cells.join('\t')}\n`, DATASET_COLUMNS, { names: [dataset], recursive: false })
  const snapshots = parseSnapshotListing(text, [dataset])
  if (datasets.fault !== null) throw new Error(datasets.fault.reason)
  if (snapshots.fault !== null) throw new Error(snapshots.fault.reason)
  const facts = datasets.datasets[0]
  const found = snapshots.datasets.get(dataset)
  if (facts === undefined || found === undefined) throw new Error('The listing does not answer for the dataset.')
  return { state: 'present', facts, ...found }
}
