import { z } from 'zod'
import type { Inventory, Side } from '#lib/replication/types/inventory.ts'
import { whyUnread } from '#lib/replication/words.ts'
import { isoSeconds } from '#lib/text/words.ts'
import type { SnapshotEntry } from '#lib/zfs/types.ts'
import { decodeCursor, describedEnum, encodeCursor, Guid, Timestamp } from './fields.ts'

type SnapshotStateWord = 'BOTH' | 'PRIMARY' | 'BACKUP' | 'CLASH' | 'UNKNOWN'
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
  return { host, dataset, state: SIDES[side.state], snapshots, detail: whyUnread(side, host) }
}

const SIDES: Readonly<Record<Side['state'], SideWord>> = {
  present: 'PRESENT',
  missing: 'MISSING',
  'pool-unavailable': 'POOL_UNAVAILABLE',
  unknown: 'UNKNOWN',
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

/** One snapshot on one or both sides; never both null. */
interface MergedSnapshot {
  readonly guid: SnapshotEntry['guid']
  readonly primary: SnapshotEntry | null
  readonly backup: SnapshotEntry | null
}

/**
 * Both histories as one list, oldest first, matched by guid. Each side keeps its own order (createtxg, which means
 * nothing across pools); between two common snapshots, what only one side has is ordered by its creation.
 */
export function mergeSnapshots(
  primary: readonly SnapshotEntry[],
  backup: readonly SnapshotEntry[],
): readonly MergedSnapshot[] {
  const left = inOrder(primary)
  const right = inOrder(backup)
  const known = new Set(left.map((entry) => entry.guid))
  const positions = new Map(right.map((entry, position) => [entry.guid, position]))
  const merged: MergedSnapshot[] = []
  let waiting: SnapshotEntry[] = []
  let at = 0
  const takeUpTo = (end: number): void => {
    const only = right.slice(at, end).filter((entry) => !known.has(entry.guid))
    merged.push(...byCreation(waiting, only))
    waiting = []
    at = Math.max(at, end)
  }
  for (const entry of left) {
    const position = positions.get(entry.guid)
    if (position === undefined) {
      waiting.push(entry)
      continue
    }
    takeUpTo(position)
    at = Math.max(at, position + 1)
    merged.push({ guid: entry.guid, primary: entry, backup: right[position] ?? null })
  }
  takeUpTo(right.length)
  return merged
}

function inOrder(entries: readonly SnapshotEntry[]): readonly SnapshotEntry[] {
  return [...entries].sort((a, b) => (a.createtxg < b.createtxg ? -1 : a.createtxg > b.createtxg ? 1 : 0))
}

/** Two lists that stay in their own order; the primary's comes first where both are of the same second. */
function byCreation(primary: readonly SnapshotEntry[], backup: readonly SnapshotEntry[]): MergedSnapshot[] {
  const rows: MergedSnapshot[] = []
  let at = 0
  for (const entry of primary) {
    for (let other = backup[at]; other !== undefined && other.creation < entry.creation; other = backup[++at]) {
      rows.push({ guid: other.guid, primary: null, backup: other })
    }
    rows.push({ guid: entry.guid, primary: entry, backup: null })
  }
  return [...rows, ...backup.slice(at).map((other) => ({ guid: other.guid, primary: null, backup: other }))]
}

const LIST = 'snapshots'

/**
 * A page of rows that stand newest first. The cursor names the last row by guid; when it has been destroyed meanwhile,
 * its time says where to go on.
 */
export function pageOfSnapshots(
  rows: readonly SnapshotView[],
  query: { readonly state?: readonly SnapshotStateWord[]; readonly limit: number; readonly cursor?: string },
): { readonly items: SnapshotView[]; readonly nextCursor: string | null } {
  const rest = rows.slice(query.cursor === undefined ? 0 : positionAfter(rows, query.cursor))
  const wanted = query.state?.length ? rest.filter((row) => query.state?.includes(row.state)) : rest
  const items = wanted.slice(0, query.limit)
  const last = items.at(-1)
  const more = last !== undefined && wanted.length > items.length
  return { items, nextCursor: more ? encodeCursor(LIST, [last.guid, last.createdAt]) : null }
}

function positionAfter(rows: readonly SnapshotView[], cursor: string): number {
  const [guid, createdAt] = decodeCursor(LIST, 2, cursor)
  const at = rows.findIndex((row) => row.guid === guid)
  if (at >= 0) return at + 1
  const older = rows.findIndex((row) => row.createdAt < String(createdAt))
  return older < 0 ? rows.length : older
}
