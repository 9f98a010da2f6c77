import type { Pruning, SnapshotRef } from '../types.ts'
import { shapeOf } from './prunings.ts'

/** So many snapshots of its kind must have gone at about the same age, before anything is said. */
const ENOUGH = 3
const TOLERANCE = 0.25

/** How long snapshots like this one live on the primary, seconds: the age at which most of its kind went; null: not known. */
export function livesFor(name: string, prunings: readonly Pruning[]): number | null {
  const usual = usualAge(name, prunings)
  return usual === null ? null : Math.round(usual / 1000)
}

/**
 * When a snapshot of the primary goes at present retention, epoch ms: at the age at which others of its kind went, not
 * before now. Null: not known; nothing of its kind went yet, or at ages too different, or it has outlived them.
 */
export function goesAt(
  snapshot: Pick<SnapshotRef, 'name' | 'creation'>,
  prunings: readonly Pruning[],
  now: number,
): number | null {
  const median = usualAge(snapshot.name, prunings)
  if (median === null) return null
  const end = snapshot.creation * 1000 + median
  if (now > end + median * TOLERANCE) return null
  return Math.max(now, Math.round(end))
}

/** In ms. */
function usualAge(name: string, prunings: readonly Pruning[]): number | null {
  const shape = shapeOf(name)
  const ages = prunings
    .filter((each) => each.shape === shape)
    .map(({ creation, goneAt }) => goneAt - creation * 1000)
    .toSorted((a, b) => a - b)
  const median = ages[Math.floor(ages.length / 2)]
  if (median === undefined || median <= 0) return null
  const alike = ages.filter((age) => Math.abs(age - median) <= median * TOLERANCE)
  return alike.length < ENOUGH || alike.length * 2 <= ages.length ? null : median
}
