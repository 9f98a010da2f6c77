import { createHash } from 'node:crypto'
import type { SendOptions } from '#lib/zfs/send-commands.ts'
import type { ResumeTokenFacts, ZfsFaultKind } from '#lib/zfs/types.ts'
import { newestOf } from './compare.ts'
import { streamOf } from './encryption.ts'
import { SCHEDULE_SLACK } from './foreign-activity.ts'
import type { Inventory } from './types/inventory.ts'
import type { JudgeInput } from './types/verdict.ts'

/** A token can be kilobytes long; where it is only compared, its digest stands for it. 16 hex digits. */
export function tokenDigest(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 16)
}

/** A foreign transfer is touched only after this many looks without a change, each an interval after the one before it. */
export const IDLE_LOOKS = 2

/** The faults that say that a token will never work again; any other fault says nothing about the token itself. */
const STALE: ReadonlySet<ZfsFaultKind> = new Set(['token-stale', 'token-corrupt', 'snapshot-missing', 'source-changed'])

type PartialReceive =
  | { readonly state: 'none' }
  /** It changed since the last look: a receive is running. */
  | { readonly state: 'moving'; readonly digest: string }
  | { readonly state: 'stale'; readonly digest: string; readonly because: string; readonly unchangedLooks: number }
  /** `unchangedLooks` counts those that count (see `quietLooks`), this one with them, 0 on the first sight. */
  | { readonly state: 'idle'; readonly digest: string; readonly unchangedLooks: number }

type Line = Pick<JudgeInput, 'policy' | 'inventory' | 'comparison' | 'memory' | 'line'>
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
export function partialReceive(look: Line & Look, isOurs = false): PartialReceive {
  const { inventory, memory } = look
  const { backup } = inventory
  if (backup.state !== 'present' || backup.facts.receiveResumeToken === null) return { state: 'none' }
  const digest = tokenDigest(backup.facts.receiveResumeToken)
  const sameAsBefore = memory.token?.digest === digest
  if (memory.token !== null && !sameAsBefore && !isOurs) return { state: 'moving', digest }
  const unchangedLooks = quietLooks(digest, look).looks
  const because = unfinishable(look)
  return because === null
    ? { state: 'idle', digest, unchangedLooks }
    : { state: 'stale', digest, because, unchangedLooks }
}

/** Why what is stored can never be finished: its token does not work any more, or its stream cannot arrive; else null. */
export function unfinishable(line: Line): string | null {
  return staleBecause(line.inventory) ?? refused(line) ?? otherwiseSent(line)
}

/** What a repair has learned of this very token: the receiver would have to overwrite what is there. */
function refused({ inventory: { backup }, memory }: Line): string | null {
  const token = backup.state === 'present' ? backup.facts.receiveResumeToken : null
  return token !== null && memory.refusedToken === tokenDigest(token) ? OVERWRITES : null
}

const OVERWRITES = 'it is a first transfer that would overwrite what the backup had before'

function staleBecause({ primary, backup, token, receivesBeside }: Inventory): string | null {
  if (token !== null && 'unusable' in token) return STALE.has(token.unusable) ? token.text : null
  if (primary.state !== 'present' || backup.state !== 'present' || token === null) return null
  if (!primary.snapshots.some((entry) => entry.guid === token.toGuid))
    return 'its snapshot is not on the primary any more'
  if (backup.snapshots.some((entry) => entry.guid === token.toGuid)) return 'its snapshot has arrived in another way'
  // ZFS would say "kernel modules must be upgraded": the backup is no longer where the stream began.
  const newest = newestOf(backup.snapshots)
  if (token.fromGuid === null && newest !== null) return 'it is a first transfer, and the backup has snapshots by now'
  // ZFS would say "must specify -F to overwrite it", and that is never said.
  if (token.fromGuid === null && receivesBeside === true) return OVERWRITES
  const start = backup.snapshots.find((entry) => entry.guid === token.fromGuid)
  if (token.fromGuid !== null && start === undefined) return 'the backup no longer has the snapshot it starts from'
  if (start !== undefined && start.guid !== newest?.guid)
    return 'the backup has newer snapshots than the one it starts from'
  return null
}

/**
 * What is left of a stream is sent as its token says, whatever policy says: one that was not raw, decrypted. And neither kind
 * can go on from the other. Where nothing may be sent at all, it is left to whoever decides that.
 */
function otherwiseSent(line: Line): string | null {
  const { token } = line.inventory
  const stream = streamOf(line)
  if (token === null || 'unusable' in token || stream === null || stream.mismatch !== null) return null
  return sentOtherwise(token, stream.options, line)
}

/**
 * In what a token would be sent in another way than a new stream with these options; null: in nothing. Raw is compressed as it
 * is on disk. A dataset that has no blocks over 128 KiB sends none, so without them it is the same stream, except where ZFS
 * has said that the line has some.
 */
export function sentOtherwise(
  { flags, fromGuid, sends }: ResumeTokenFacts,
  { raw, compressed, largeBlocks, embedded }: SendOptions,
  { inventory: { primary, mapping }, memory }: Pick<Line, 'inventory' | 'memory'>,
): string | null {
  const { host, dataset } = mapping.primary
  const differs = (what: string, was: boolean, is: boolean) =>
    was === is ? null : `it was ${was ? '' : 'not '}sent ${what}, and this line is${is ? '' : ' not'}`
  const learned = memory.largeBlocks === true
  const large = flags.largeBlocks ? raw || largeBlocks || learned : !raw && learned
  const otherwise =
    differs('raw', flags.raw, raw) ??
    differs('compressed', flags.compressed, compressed || raw) ??
    differs('with embedded blocks', flags.embedded, embedded) ??
    differs('with large blocks', flags.largeBlocks, large)
  if (otherwise !== null) return otherwise
  const isOwn = (name: string) => ['@', '#'].some((mark) => name.startsWith(`${dataset}${mark}`))
  if (!isOwn(sends.to)) return `by its token ${host} would send ${sends.to}, which is not of ${dataset}`
  if ((sends.from === null) !== (fromGuid === null)) return `its token and ${host} do not agree on where it starts`
  if (sends.from === null || primary.state !== 'present') return null
  const known = [...primary.snapshots, ...primary.bookmarks].some(({ guid }) => guid === fromGuid)
  return known && isOwn(sends.from) ? null : `it starts from ${sends.from}, which is not of ${dataset}`
}
