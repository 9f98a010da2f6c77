import * as cells from './cells.ts'
import { isDatasetName } from './names.ts'
import type { DatasetFacts, PoolFacts } from './types.ts'

/** One column: what `-o` asks for and how its cell is read, so that the command and the parser cannot drift apart. */
export interface Column<Row, Key extends keyof Row = keyof Row> {
  readonly key: Key
  /** The property's name in `-o`. */
  readonly property: string
  readonly read: cells.Cell<Row[Key]>
}

type AnyColumn<Row> = { [Key in keyof Row]-?: Column<Row, Key> }[keyof Row]
export type Columns<Row> = readonly AnyColumn<Row>[]

const nameCell: cells.Cell<string> = (text) => (isDatasetName(text) ? text : undefined)
const namedDataset: cells.Cell<string | null> = cells.orNull(nameCell)

function bytesOrNone(text: string): number | undefined {
  return text === '-' ? 0 : cells.numberCell(text)
}

/** No user property may ever stand here: its value can hold tabs and newlines and so forge rows. */
export const DATASET_COLUMNS: Columns<DatasetFacts> = [
  { key: 'name', property: 'name', read: nameCell },
  { key: 'type', property: 'type', read: cells.typeCell },
  { key: 'guid', property: 'guid', read: cells.guidCell },
  { key: 'createtxg', property: 'createtxg', read: cells.txgCell },
  { key: 'creation', property: 'creation', read: cells.dateCell },
  { key: 'origin', property: 'origin', read: cells.originCell },
  { key: 'snapshotsChanged', property: 'snapshots_changed', read: cells.orNull(cells.dateCell) },
  { key: 'receiveResumeToken', property: 'receive_resume_token', read: cells.tokenCell },
  { key: 'written', property: 'written', read: cells.numberCell },
  { key: 'used', property: 'used', read: cells.numberCell },
  { key: 'referenced', property: 'referenced', read: cells.numberCell },
  { key: 'available', property: 'available', read: cells.numberCell },
  { key: 'readonly', property: 'readonly', read: cells.switchCell },
  { key: 'mounted', property: 'mounted', read: cells.mountedCell },
  { key: 'encryption', property: 'encryption', read: cells.encryptionCell },
  { key: 'encryptionRoot', property: 'encryptionroot', read: namedDataset },
  { key: 'keyStatus', property: 'keystatus', read: cells.keyStatusCell },
]

/** For hosts before OpenZFS 2.2, which refuse `snapshots_changed` (exit code 2, fault `bad-property`). */
export const DATASET_COLUMNS_BEFORE_2_2: Columns<DatasetFacts> = DATASET_COLUMNS.filter(
  (column) => column.key !== 'snapshotsChanged',
)

/** A pool that is UNAVAIL or FAULTED answers `-` in every column but these first two; its health says the rest. */
export const POOL_COLUMNS: Columns<PoolFacts> = [
  { key: 'name', property: 'name', read: nameCell },
  { key: 'health', property: 'health', read: (text) => (/^[A-Z]{1,32}$/.test(text) ? text : undefined) },
  { key: 'readonly', property: 'readonly', read: (text) => (text === '-' ? false : cells.switchCell(text)) },
  { key: 'sizeBytes', property: 'size', read: bytesOrNone },
  { key: 'freeBytes', property: 'free', read: bytesOrNone },
]

/** In this order; `snapshot-listing.ts` reads them by position, because a million rows pass through it. */
export const SNAPSHOT_COLUMNS = ['name', 'type', 'guid', 'createtxg', 'creation', 'userrefs'] as const

/** The value of `-o`. */
export function columnList(columns: readonly { readonly property: string }[]): string {
  return columns.map((column) => column.property).join(',')
}
