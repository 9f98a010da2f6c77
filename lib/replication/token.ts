import { createHash } from 'node:crypto'
import type { ZfsFaultKind } from '#lib/zfs/types.ts'
import { SCHEDULE_SLACK } from './foreign-activity.ts'
import { newestOf } from './order.ts'
import type { Inventory, JudgeInput } from './types.ts'

/** A token can be kilobytes long; where it is only compared, its digest stands for it. 16 hex digits. */
export function tokenDigest(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 16)
}

/** A foreign transfer is touched only after this many looks without a change, each an interval after the one before it. */
export const IDLE_LOOKS = 2

/** The faults that say that a token will never work again; any other fault says nothing about the token itself. */
const STALE: ReadonlySet<ZfsFaultKind> = new Set(['token-stale', 'token-corrupt', 'snapshot-missing', 'source-changed'])

export type PartialReceive =
  | { readonly state: 'none' }
  /** It changed since the last look: a receive is running. */
  | { readonly state: 'moving'; readonly digest: string }
  | { readonly state: 'stale'; readonly digest: string; readonly because: string; readonly unchangedLooks: number }
  /** `unchangedLooks` counts those that count (see `quietLooks`), this one with them, 0 on the first sight. */
  | { readonly state: 'idle'; readonly digest: string; readonly unchangedLooks: number }

type Look = Pick<JudgeInput, 'memory' | 'now' | 'intervalSeconds'>

/**
 * Looks that saw this very token unchanged. A look counts when it is an interval after the last one that did: two previews
 * in two seconds say nothing of a transfer that waits for its next block. `memory` is that of before this look.
 */
export function quietLooks(digest: string, { memory, now, intervalSeconds }: Look): { looks: number; at: number } {
  const before = memory.token
  if (before?.digest !== digest) return { looks: 0, at: now }
  const { unchangedLooks: looks, at } = before
  // A clock that was ahead dated it: the wait begins with this look.
  if (at !== undefined && at > now) return { looks, at: now }
  if (at !== undefined && now - at < intervalSeconds * 1000 * SCHEDULE_SLACK) return { looks, at }
  return { looks: looks + 1, at: now }
}

/** What is known of a partial receive on the backup. The memory is that of before this look. */
export function partialReceive(inventory: Inventory, look: Look, isOurs = false): PartialReceive {
  const { backup } = inventory
  const { memory } = look
  if (backup.state !== 'present' || backup.facts.receiveResumeToken === null) return { state: 'none' }
  const digest = tokenDigest(backup.facts.receiveResumeToken)
  const sameAsBefore = memory.token?.digest === digest
  if (memory.token !== null && !sameAsBefore && !isOurs) return { state: 'moving', digest }
  const unchangedLooks = quietLooks(digest, look).looks
  const because = staleBecause(inventory)
  return because === null
    ? { state: 'idle', digest, unchangedLooks }
    : { state: 'stale', digest, because, unchangedLooks }
}

/** Why what is stored can never be finished: its token does not work any more, or its stream cannot arrive; else null. */
export function staleBecause({ primary, backup, token }: Inventory): string | null {
  if (token !== null && 'unusable' in token) return STALE.has(token.unusable) ? token.text : null
  if (primary.state !== 'present' || backup.state !== 'present' || token === null) return null
  if (!primary.snapshots.some((entry) => entry.guid === token.toGuid))
    return 'its snapshot is not on the primary any more'
  if (backup.snapshots.some((entry) => entry.guid === token.toGuid)) return 'its snapshot has arrived in another way'
  // ZFS would say "kernel modules must be upgraded": the backup is no longer where the stream began.
  const newest = newestOf(backup.snapshots)
  if (token.fromGuid === null && newest !== null) return 'it is a first transfer, and the backup has snapshots by now'
  const start = backup.snapshots.find((entry) => entry.guid === token.fromGuid)
  if (token.fromGuid !== null && start === undefined) return 'the backup no longer has the snapshot it starts from'
  if (start !== undefined && start.guid !== newest?.guid)
    return 'the backup has newer snapshots than the one it starts from'
  return null
}
