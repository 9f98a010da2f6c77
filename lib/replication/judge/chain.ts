import { ANCHOR_LIMIT, ownAnchors } from '../anchors.ts'
import type { Rule } from './context.ts'
import { fact } from './listed.ts'

export const bookmarkBaseRule: Rule = ({ comparison, tell }) => {
  const base = comparison?.base ?? null
  if (base === null || base.kind !== 'bookmark') return []
  return [tell('BASE_IS_BOOKMARK', { bookmark: base.name, guid: base.guid, backupSnapshot: base.backupName })]
}

/**
 * Retention on the primary could end the chain: something newer has waited for half of the warning time, and the newest
 * common snapshot has neither bookmark nor hold, being the last one, or one that no anchor can be made for any more.
 */
export const chainAtRiskRule: Rule = ({ input, comparison, primary, lag, tell }) => {
  const common = comparison?.newestCommon ?? null
  if (primary === null || comparison === null || common === null || comparison.base?.kind !== 'snapshot') return []
  if (comparison.behind.length === 0 || (lag.delaySeconds ?? 0) <= input.policy.warnDelaySeconds / 2) return []
  const held = (primary.snapshots.find((entry) => entry.guid === common.guid)?.holds ?? 0) > 0
  const bookmarked = primary.bookmarks.some((entry) => entry.guid === common.guid)
  if (held || bookmarked) return []
  const ownBookmarks = ownAnchors(primary.bookmarks).length
  if (comparison.commonCount > 1 && ownBookmarks < ANCHOR_LIMIT) return []
  const commonSnapshots = comparison.commonCount
  return [tell('CHAIN_AT_RISK', { commonSnapshots, snapshot: fact(common), ownBookmarks, limit: ANCHOR_LIMIT })]
}
