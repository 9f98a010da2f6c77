import type { Comparison, JudgeInput, Memory, SnapshotRef, Verdict } from '../types.ts'

export interface Stalled extends Pick<JudgeInput, 'policy' | 'inventory' | 'now' | 'intervalSeconds'> {
  readonly comparison: Comparison | null
  readonly verdict: Verdict
  /** As remembered after this look. */
  readonly memory: Memory
}

/**
 * The newest common snapshot, where it should be bookmarked although no repair runs: something newer waits, and it has
 * been the newest common one for half of the warning time, or is the last one left, or retention is about to take it.
 * Once for each stall, because an anchored one needs no second: never by the calendar, or the limit would be used up.
 */
export function stallAnchor(stalled: Stalled): SnapshotRef | null {
  const { policy, inventory, comparison, verdict, memory, now, intervalSeconds } = stalled
  const { primary } = inventory
  const common = comparison?.newestCommon ?? null
  if (!mayAnchor(stalled) || primary.state !== 'present' || comparison === null || common === null) return null
  if (comparison.base?.kind !== 'snapshot' || comparison.behind.length === 0) return null
  if (primary.bookmarks.some(({ guid }) => guid === common.guid)) return null
  const since = memory.commonSince?.guid === common.guid ? memory.commonSince.at : now
  const seconds = (now - since) / 1000
  const half = policy.warnDelaySeconds / 2
  const stands = seconds >= half && (verdict.delaySeconds ?? 0) >= half
  // Seen so by an earlier look: a replicator at work is about to bring a newer one.
  const last = comparison.commonCount === 1 && seconds >= intervalSeconds
  const risk = verdict.reasons.some(({ code }) => code === 'CHAIN_AT_RISK')
  return stands || last || risk ? common : null
}

/** May the witness bookmark on the primary? By policy, and by what is known of the pool and of its rights. */
export function mayAnchor({ policy, inventory }: Pick<Stalled, 'policy' | 'inventory'>): boolean {
  const { primaryPool, rights } = inventory
  if (policy.anchor !== 'bookmark' || policy.dryRun || primaryPool?.readonly === true) return false
  return !(rights?.primary instanceof Set) || rights.primary.has('bookmark')
}
