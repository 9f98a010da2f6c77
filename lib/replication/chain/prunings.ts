import { newestOf } from '../order.ts'
import type { Inventory, Pruning } from '../types.ts'

/** Of each kind of name so many, and so many kinds: those seen last. */
const OF_A_SHAPE = 5
const SHAPES = 4
/** Between two looks further apart than this, or than a quarter of its age, a snapshot's end is too uncertain. */
const CERTAIN_MS = 2 * 3600_000

/** Snapshots that retention removed from the primary between two looks, added to those seen before. */
export function rememberPrunings(
  known: readonly Pruning[],
  before: Inventory | null,
  after: Inventory,
): readonly Pruning[] {
  const seen = prunedBetween(before, after)
  return seen.length === 0 ? known : limited([...known, ...seen])
}

/**
 * What went from the primary between two looks, where it is certain enough when. One that is newer than all that are left
 * is no pruning: the primary was rolled back.
 */
export function prunedBetween(before: Inventory | null, after: Inventory): readonly Pruning[] {
  if (before?.primary.state !== 'present' || after.primary.state !== 'present') return []
  if (before.primary.facts.guid !== after.primary.facts.guid || before.readAt >= after.readAt) return []
  const there = new Set(after.primary.snapshots.map(({ guid }) => guid))
  const newest = newestOf(after.primary.snapshots)?.createtxg ?? 0n
  const gone = before.primary.snapshots.filter(({ guid, createtxg }) => !there.has(guid) && createtxg < newest)
  const goneAt = Math.round((before.readAt + after.readAt) / 2)
  const gap = after.readAt - before.readAt
  return gone
    .filter(({ creation }) => gap <= Math.max(CERTAIN_MS, (goneAt - creation * 1000) / 4))
    .map(({ name, creation }) => ({ shape: shapeOf(name), creation, goneAt }))
}

/** `autosnap_2026-11-22_13:00:00_hourly` → `autosnap_#-#-#_#:#:#_hourly`: what one rule of retention goes by. */
export function shapeOf(name: string): string {
  return name.replaceAll(/[0-9]+/g, '#')
}

function limited(prunings: readonly Pruning[]): readonly Pruning[] {
  const byShape = Map.groupBy(prunings, ({ shape }) => shape)
  return [...byShape.values()]
    .map((each) => each.toSorted((a, b) => a.goneAt - b.goneAt).slice(-OF_A_SHAPE))
    .toSorted((a, b) => (b.at(-1)?.goneAt ?? 0) - (a.at(-1)?.goneAt ?? 0))
    .slice(0, SHAPES)
    .flat()
}
