import { ANCHOR_LIMIT, ownAnchors } from '../anchors.ts'
import type { Comparison, JudgeInput, PresentSide, SnapshotRef } from '../types.ts'
import { goesAt } from './forecast.ts'

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
  const { policy, memory, now, intervalSeconds } = seen
  const common = comparison.newestCommon
  if (common === null || comparison.base?.kind !== 'snapshot' || comparison.behind.length === 0) return null
  const held = (primary.snapshots.find(({ guid }) => guid === common.guid)?.holds ?? 0) > 0
  if (held || primary.bookmarks.some(({ guid }) => guid === common.guid)) return null
  const delay = delaySeconds ?? 0
  const end = goesAt(common, memory.prunings ?? [], now)
  const risk = {
    snapshot: common,
    goesAt: end,
    ownBookmarks: ownAnchors(primary.bookmarks).length,
    limit: ANCHOR_LIMIT,
  }
  // What waits for one look only is the usual course of a replicator.
  const needed = 2 * Math.max(intervalSeconds, seen.backlogSeconds ?? 0)
  if (end !== null && delay >= intervalSeconds && end - now <= needed * 1000) return risk
  if (delay <= policy.warnDelaySeconds / 2) return null
  const outrun = end !== null && end < now + (policy.maxDelaySeconds - delay) * 1000
  return outrun || comparison.commonCount === 1 || risk.ownBookmarks >= ANCHOR_LIMIT ? risk : null
}
