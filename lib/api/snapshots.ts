import { z } from 'zod'
import type { Inventory, Side } from '#lib/replication/types/inventory.ts'
import { isoSeconds } from '#lib/text/words.ts'
import type { SnapshotEntry } from '#lib/zfs/types.ts'
import { describedEnum } from './described-enum.ts'
import { type MergedSnapshot, mergeSnapshots } from './snapshot-merge.ts'
import { Guid } from './snapshot-ref.ts'
import { Timestamp } from './time.ts'

export type SnapshotStateWord = 'BOTH' | 'PRIMARY' | 'BACKUP' | 'CLASH' | 'UNKNOWN'
export const SnapshotState = describedEnum<SnapshotStateWord>('SnapshotState', 'Which side has a snapshot.', {
  BOTH: 'The same guid is on both sides.',
  PRIMARY: 'Only the primary has it.',
  BACKUP: 'Only the backup has it.',
  CLASH: 'The other side has another snapshot of that name.',
  UNKNOWN: 'One side has it; the other could not be read.',
})

const OnSide = z
  .object({
    name: z.string(),
    createtxg: z.string().describe('Order within its own pool.'),
    holds: z.number().int(),
  })
  .meta({ id: 'SnapshotOnSide', description: 'A snapshot as one side has it; names may differ.' })

export const Snapshot = z
  .object({
    guid: Guid,
    name: z.string().describe('As on the primary; as on the backup where only that has it.'),
    state: SnapshotState,
    createdAt: Timestamp,
    primary: OnSide.nullable(),
    backup: OnSide.nullable(),
    bookmark: z.string().nullable().describe('Bookmark of it on the primary: an incremental can start there.'),
  })
  .meta({ id: 'Snapshot', description: 'One snapshot, matched over both sides by its guid.' })

type SideWord = 'PRESENT' | 'MISSING' | 'POOL_UNAVAILABLE' | 'UNKNOWN'
const SideState = describedEnum<SideWord>('SideState', 'What could be seen of a side.', {
  PRESENT: 'It was listed.',
  MISSING: 'It does not exist; its pool is imported.',
  POOL_UNAVAILABLE: 'Its pool is not there or cannot be used.',
  UNKNOWN: 'It could not be read: nothing is known of its snapshots.',
})

export const SnapshotSide = z
  .object({
    host: z.string(),
    dataset: z.string(),
    state: SideState,
    snapshots: z.number().int().nullable().describe('Null when not known: that is not "none".'),
    detail: z.string().nullable(),
  })
  .meta({ id: 'SnapshotSide', description: 'One side of a mapping as last read.' })

export type SnapshotView = z.input<typeof Snapshot>

/** Every snapshot of both sides, newest first. */
export function snapshotViews(inventory: Inventory): SnapshotView[] {
  const { primary, backup } = inventory
  const left = entriesOf(primary)
  const right = entriesOf(backup)
  const bookmarks = primary.state === 'present' ? primary.bookmarks : []
  const marks = new Map(bookmarks.map((bookmark) => [bookmark.guid, bookmark.name]))
  const names = { primary: new Set(left.map(nameOf)), backup: new Set(right.map(nameOf)) }
  const known = { primary: isKnown(primary), backup: isKnown(backup) }
  return mergeSnapshots(left, right)
    .map((row) => ({
      guid: row.guid,
      name: (row.primary ?? row.backup)?.name ?? '',
      state: stateOf(row, names, known),
      createdAt: isoSeconds((row.primary ?? row.backup)?.creation ?? 0),
      primary: row.primary && onSide(row.primary),
      backup: row.backup && onSide(row.backup),
      bookmark: marks.get(row.guid) ?? null,
    }))
    .reverse()
}

function stateOf(
  row: MergedSnapshot,
  names: Readonly<Record<'primary' | 'backup', ReadonlySet<string>>>,
  known: Readonly<Record<'primary' | 'backup', boolean>>,
): SnapshotStateWord {
  if (row.primary && row.backup) return 'BOTH'
  const [entry, other] = row.primary ? [row.primary, 'backup' as const] : [row.backup, 'primary' as const]
  if (!known[other]) return 'UNKNOWN'
  if (entry && names[other].has(entry.name)) return 'CLASH'
  return row.primary ? 'PRIMARY' : 'BACKUP'
}

export function sideView(
  place: { readonly host: string; readonly dataset: string },
  side: Side,
): z.input<typeof SnapshotSide> {
  const { host, dataset } = place
  const snapshots = side.state === 'present' ? side.snapshots.length : side.state === 'missing' ? 0 : null
  return { host, dataset, state: SIDES[side.state], snapshots, detail: detailOf(side) }
}

const SIDES: Readonly<Record<Side['state'], SideWord>> = {
  present: 'PRESENT',
  missing: 'MISSING',
  'pool-unavailable': 'POOL_UNAVAILABLE',
  unknown: 'UNKNOWN',
}

function detailOf(side: Side): string | null {
  if (side.state === 'pool-unavailable') return `Pool ${side.pool} is ${side.health}.`
  return side.state === 'unknown' ? side.fault.message : null
}

/** A dataset that does not exist has no snapshots; of one that could not be read nothing is known. */
function isKnown(side: Side): boolean {
  return side.state === 'present' || side.state === 'missing'
}

function entriesOf(side: Side): readonly SnapshotEntry[] {
  return side.state === 'present' ? side.snapshots : []
}

function nameOf(entry: SnapshotEntry): string {
  return entry.name
}

function onSide({ name, createtxg, holds }: SnapshotEntry): z.input<typeof OnSide> {
  return { name, createtxg: String(createtxg), holds }
}
