import type { SnapshotEntry } from '#lib/zfs/types.ts'
import { byCreatetxg } from '../compare.ts'
import type { Inventory } from '../types/inventory.ts'
import type { JudgeInput, Memory, Rewritten, SizeSeen } from '../types/verdict.ts'
import { fact, type Rule } from './context.ts'

/*
 * Did one snapshot rewrite most of the data? What encrypts everything (ransomware) looks like that. What each new snapshot
 * wrote is asked once, and held against what the one before it held: data that only came to it is no rewriting.
 */

/** Of less than this most is soon rewritten by a day's work, bytes. */
const FLOOR = 2 ** 30
/** So much of what was there. */
const MOST = 0.6
/** Where half of the last ones rewrote more than this, it is a habit (a database, an image that is written anew). */
const HABIT = 0.3
/** Fewer say nothing about habits. */
const KNOWN = 2
const KEPT = 8
/** New ones that are asked for at once: the newest. */
const ASKED = 5
/** It ends by itself after so many snapshots that are as usual, and not before a day. */
const NORMAL = { count: 3, ms: 24 * 3600_000 }

/** Snapshots whose sizes are not known yet, oldest first. */
export function sizesToAsk({ primary }: Inventory, memory: Memory | null): readonly SnapshotEntry[] {
  if (primary.state !== 'present') return []
  const known = memory?.sizes ?? []
  // Read with every listing: a small dataset costs nothing at all.
  if (Math.max(primary.facts.referenced, known.at(-1)?.[2] ?? 0) < FLOOR) return []
  const there = new Set(known.map(([guid]) => guid))
  const newest = byCreatetxg(primary.snapshots).slice(-ASKED)
  return newest.slice(newest.findLastIndex(({ guid }) => there.has(guid)) + 1)
}

/** What is known of the sizes after this look, and whether the primary was rewritten. */
export function rewrittenAfter(input: Pick<JudgeInput, 'inventory' | 'memory' | 'now' | 'acknowledgedAt'>): {
  readonly sizes: readonly SizeSeen[]
  readonly rewritten: Rewritten | null
} {
  const { inventory, memory, now, acknowledgedAt } = input
  const { primary, sizes } = inventory
  let seen = memory.sizes ?? []
  let rewritten = memory.rewritten ?? null
  const fresh = primary.state !== 'present' || sizes === undefined ? [] : byCreatetxg(primary.snapshots).slice(-ASKED)
  for (const [place, entry] of fresh.entries()) {
    const size = sizes?.get(entry.guid)
    if (size === undefined || seen.some(([guid]) => guid === entry.guid)) continue
    const before = seen.at(-1)?.[2] ?? null
    const share = before === null || before === 0 ? null : shareOf(size, before)
    const isRewrite = before !== null && before >= FLOOR && share !== null && share >= MOST && !isHabit(seen)
    if (isRewrite && rewritten === null)
      rewritten = {
        snapshot: fact(entry),
        before: fresh[place - 1] === undefined ? null : fact(fresh[place - 1] as SnapshotEntry),
        rewrittenBytes: Math.round(share * before),
        beforeBytes: before,
        at: now,
        normal: 0,
      }
    else if (rewritten !== null && share !== null && share < HABIT)
      rewritten = { ...rewritten, normal: rewritten.normal + 1 }
    seen = [...seen, [entry.guid, share, size.referencedBytes] as const].slice(-KEPT)
  }
  return { sizes: seen, rewritten: rewritten !== null && isOver(rewritten, now, acknowledgedAt) ? null : rewritten }
}

export const rewrittenRule: Rule = ({ input, reason }) => {
  const { rewritten } = rewrittenAfter(input)
  if (rewritten === null) return []
  const { normal: _, ...evidence } = rewritten
  return [reason('PRIMARY_REWRITTEN', evidence)]
}

/** What of the data before was written anew: what only came to it is not counted. */
function shareOf({ writtenBytes, referencedBytes }: { writtenBytes: number; referencedBytes: number }, before: number) {
  return Math.max(0, writtenBytes - Math.max(0, referencedBytes - before)) / before
}

function isHabit(seen: readonly SizeSeen[]): boolean {
  const shares = seen.flatMap(([, share]) => share ?? []).toSorted((a, b) => a - b)
  return shares.length < KNOWN || (shares[shares.length >> 1] ?? 0) >= HABIT
}

/** A person knows, or it goes on as before. */
function isOver({ at, normal }: Rewritten, now: number, acknowledgedAt: number | null | undefined): boolean {
  if (acknowledgedAt != null && acknowledgedAt >= at) return true
  return normal >= NORMAL.count && now - at >= NORMAL.ms
}
