import { ANCHOR_LIMIT, ownAnchors } from '../anchors.ts'
import type { Comparison, JudgeInput, PresentSide, SnapshotRef } from '../types.ts'
import { goesAt } from './forecast.ts'
import { mayAnchor } from './stall-anchor.ts'

export interface Risk {
  /** The newest common snapshot. */
  readonly snapshot: SnapshotRef
  /** Epoch ms when it goes at present retention; null: not known. */
  readonly goesAt: number | null
  readonly ownBookmarks: number
  readonly limit: number
}

type Seen = Pick<JudgeInput, 'policy' | 'memory' | 'now' | 'intervalSeconds' | 'backlogSeconds'>

/**
 * Could retention on the primary end the chain before what waits has been brought over? Only where something waits, and
 * nothing (no bookmark, no hold) protects the snapshot from which it would be brought. Null: no.
 */
export function riskOf(
  seen: Seen,
  primary: PresentSide,
  comparison: Comparison,
  delaySeconds: number | null,
): Risk | null {
  const found = foreseen(seen, primary, comparison, delaySeconds)
  return found !== null && found.inSeconds <= 0 ? found.risk : null
}

/**
 * Epoch ms from which it could, where nothing is brought over until then and retention stays as it is; null: not foreseen.
 * Foreseen is not what an anchor will prevent.
 */
export function riskFrom(
  seen: Seen & Pick<JudgeInput, 'inventory'>,
  primary: PresentSide,
  comparison: Comparison,
  delaySeconds: number | null,
): number | null {
  const found = foreseen(seen, primary, comparison, delaySeconds)
  if (found === null || found.inSeconds === Number.POSITIVE_INFINITY) return null
  // The last common snapshot is bookmarked one check after it was seen to be that.
  const anchored = comparison.commonCount === 1 && found.risk.ownBookmarks < ANCHOR_LIMIT && mayAnchor(seen)
  if (anchored && found.inSeconds > 0) return null
  return seen.now + Math.max(0, Math.ceil(found.inSeconds)) * 1000
}

/** The delay grows by a second each second, so all that makes a risk of it has its moment. */
function foreseen(
  seen: Seen,
  primary: PresentSide,
  comparison: Comparison,
  delaySeconds: number | null,
): { readonly risk: Risk; readonly inSeconds: number } | null {
  const { policy, memory, now, intervalSeconds } = seen
  const common = comparison.newestCommon
  if (common === null || comparison.base?.kind !== 'snapshot' || comparison.behind.length === 0) return null
  const held = (primary.snapshots.find(({ guid }) => guid === common.guid)?.holds ?? 0) > 0
  if (held || primary.bookmarks.some(({ guid }) => guid === common.guid)) return null
  const delay = delaySeconds ?? 0
  const end = goesAt(common, memory.prunings ?? [], now)
  const ownBookmarks = ownAnchors(primary.bookmarks).length
  const risk = { snapshot: common, goesAt: end, ownBookmarks, limit: ANCHOR_LIMIT }
  const needed = 2 * Math.max(intervalSeconds, seen.backlogSeconds ?? 0)
  // What waits for one look only is the usual course of a replicator.
  const goesSoon =
    end === null ? Number.POSITIVE_INFINITY : Math.max(intervalSeconds - delay, (end - now) / 1000 - needed)
  const outrun = end !== null && end < now + (policy.maxDelaySeconds - delay) * 1000
  const unprotected = outrun || comparison.commonCount === 1 || ownBookmarks >= ANCHOR_LIMIT
  // More than half, in whole seconds.
  const lateFor = unprotected ? Math.floor(policy.warnDelaySeconds / 2 - delay) + 1 : Number.POSITIVE_INFINITY
  return { risk, inSeconds: Math.min(goesSoon, lateFor) }
}
