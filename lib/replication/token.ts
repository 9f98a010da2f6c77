import { createHash } from 'node:crypto'
import type { ZfsFaultKind } from '#lib/zfs/types.ts'
import { streamOf } from './encryption.ts'
import { newestOf } from './order.ts'
import type { Inventory, JudgeInput } from './types.ts'

/** A token can be kilobytes long; where it is only compared, its digest stands for it. 16 hex digits. */
export function tokenDigest(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 16)
}

/** A foreign transfer that stands still is taken over only after this many looks without a change. */
export const IDLE_LOOKS = 2

/** The faults that say that a token will never work again; any other fault says nothing about the token itself. */
const STALE: ReadonlySet<ZfsFaultKind> = new Set(['token-stale', 'token-corrupt', 'snapshot-missing', 'source-changed'])

export type PartialReceive =
  | { readonly state: 'none' }
  /** It changed since the last look: a receive is running. */
  | { readonly state: 'moving'; readonly digest: string }
  | { readonly state: 'stale'; readonly digest: string; readonly because: string; readonly unchangedLooks: number }
  /** `unchangedLooks` counts earlier looks that saw this very token, 0 on the first sight. */
  | { readonly state: 'idle'; readonly digest: string; readonly unchangedLooks: number }

type Line = Pick<JudgeInput, 'policy' | 'inventory' | 'comparison' | 'memory'>

/** What is known of a partial receive on the backup. `memory` is that of before this look. */
export function partialReceive(line: Line, isOurs = false): PartialReceive {
  const { inventory, memory } = line
  const { backup, token } = inventory
  if (backup.state !== 'present' || backup.facts.receiveResumeToken === null) return { state: 'none' }
  const digest = tokenDigest(backup.facts.receiveResumeToken)
  const sameAsBefore = memory.token?.digest === digest
  if (memory.token !== null && !sameAsBefore && !isOurs) return { state: 'moving', digest }
  const unchangedLooks = memory.token !== null && sameAsBefore ? memory.token.unchangedLooks + 1 : 0
  const because = staleBecause(inventory) ?? otherwiseSent(line)
  if (because !== null) return { state: 'stale', digest, because, unchangedLooks }
  if (token !== null && 'unusable' in token && STALE.has(token.unusable)) {
    return { state: 'stale', digest, because: token.text, unchangedLooks }
  }
  return { state: 'idle', digest, unchangedLooks }
}

/** A token that `zfs send -t` would take, but whose stream cannot arrive where it should. */
function staleBecause({ primary, backup, token }: Inventory): string | null {
  if (primary.state !== 'present' || backup.state !== 'present' || token === null || 'unusable' in token) return null
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

/**
 * What is left of a stream that was not raw would be sent decrypted, whatever policy says of raw; and neither kind can
 * go on from the other. Where nothing may be sent at all, it is left to whoever decides that.
 */
function otherwiseSent(line: Line): string | null {
  const { token } = line.inventory
  const stream = streamOf(line)
  if (token === null || 'unusable' in token || stream === null || stream.mismatch !== null) return null
  const isRaw = token.raw === true
  if (isRaw === stream.options.raw) return null
  return isRaw ? 'it was sent raw, and this line is not' : 'it was not sent raw, and this line is'
}
