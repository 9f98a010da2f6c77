import type { Pruning, SnapshotRef } from '../types.ts'
import { shapeOf } from './prunings.ts'

/** So many snapshots of its kind must have gone at about the same age, before anything is said. */
const ENOUGH = 3
const TOLERANCE = 0.25

/**
 * When a snapshot of the primary goes at present retention, epoch ms: at the age at which others of its kind went, not
 * before now. Null: not known; nothing of its kind went yet, or at ages too different, or it has outlived them.
 */
export function goesAt(
  snapshot: Pick<SnapshotRef, 'name' | 'creation'>,
  prunings: readonly Pruning[],
  now: number,
): number | null {
  const shape = shapeOf(snapshot.name)
  const ages = prunings
    .filter((each) => each.shape === shape)
    .map(({ creation, goneAt }) => goneAt - creation * 1000)
    .toSorted((a, b) => a - b)
  const median = ages[Math.floor(ages.length / 2)]
  if (median === undefined || median <= 0) return null
  const alike = ages.filter((age) => Math.abs(age - median) <= median * TOLERANCE)
  if (alike.length < ENOUGH || alike.length * 2 <= ages.length) return null
  const end = snapshot.creation * 1000 + median
  if (now > end + median * TOLERANCE) return null
  return Math.max(now, Math.round(end))
}
