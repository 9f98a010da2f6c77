import { parseAnchorName } from '#lib/zfs/names.ts'
import type { BookmarkEntry } from '#lib/zfs/types.ts'
import { newestOf } from './compare.ts'
import type { Comparison, Inventory, PresentSide, SnapshotRef } from './types/inventory.ts'
import type { JudgeInput, Memory, Pruning, Verdict } from './types/verdict.ts'

interface Risk {
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

/** So many snapshots of its kind must have gone at about the same age, before anything is said. */
const ENOUGH = 3
const TOLERANCE = 0.25

/** How long snapshots like this one live on the primary, seconds: the age at which most of its kind were destroyed; null: not known. */
export function livesFor(name: string, prunings: readonly Pruning[]): number | null {
  const usual = usualAge(name, prunings)
  return usual === null ? null : Math.round(usual / 1000)
}

/**
 * When present retention destroys a snapshot of the primary, epoch ms: at the age at which others of its kind were destroyed, not
 * before now. Null: not known; nothing of its kind was destroyed yet, or at ages too different, or it has outlived them.
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

/** Of each kind of name so many, and so many kinds: those seen last. */
const OF_A_SHAPE = 5
const SHAPES = 4
/** Between two looks further apart than this, or than a quarter of its age, a snapshot's end is too uncertain. */
const CERTAIN_MS = 2 * 3600_000

/** Snapshots that retention removed from the primary between two looks, added to those seen before. */
export function rememberPrunings(
  known: readonly Pruning[],
  before: Inventory | null,
  after: Inventory,
): readonly Pruning[] {
  const seen = prunedBetween(before, after)
  return seen.length === 0 ? known : limited([...known, ...seen])
}

/**
 * What disappeared from the primary between two looks, where it is certain enough when. One that is newer than all that are left
 * is no pruning: the primary was rolled back.
 */
export function prunedBetween(before: Inventory | null, after: Inventory): readonly Pruning[] {
  if (before?.primary.state !== 'present' || after.primary.state !== 'present') return []
  if (before.primary.facts.guid !== after.primary.facts.guid || before.readAt >= after.readAt) return []
  const there = new Set(after.primary.snapshots.map(({ guid }) => guid))
  const newest = newestOf(after.primary.snapshots)?.createtxg ?? 0n
  const gone = before.primary.snapshots.filter(({ guid, createtxg }) => !there.has(guid) && createtxg < newest)
  const goneAt = Math.round((before.readAt + after.readAt) / 2)
  const gap = after.readAt - before.readAt
  return gone
    .filter(({ creation }) => gap <= Math.max(CERTAIN_MS, (goneAt - creation * 1000) / 4))
    .map(({ name, creation }) => ({ shape: shapeOf(name), creation, goneAt }))
}

/** `autosnap_2026-11-22_13:00:00_hourly` → `autosnap_#-#-#_#:#:#_hourly`: what one rule of retention goes by. */
export function shapeOf(name: string): string {
  return name.replaceAll(/[0-9]+/g, '#')
}

function limited(prunings: readonly Pruning[]): readonly Pruning[] {
  const byShape = Map.groupBy(prunings, ({ shape }) => shape)
  return [...byShape.values()]
    .map((each) => each.toSorted((a, b) => a.goneAt - b.goneAt).slice(-OF_A_SHAPE))
    .toSorted((a, b) => (b.at(-1)?.goneAt ?? 0) - (a.at(-1)?.goneAt ?? 0))
    .slice(0, SHAPES)
    .flat()
}

interface Stalled extends Pick<JudgeInput, 'policy' | 'inventory' | 'now' | 'intervalSeconds'> {
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
function mayAnchor({ policy, inventory }: Pick<Stalled, 'policy' | 'inventory'>): boolean {
  const { primaryPool, rights } = inventory
  if (policy.anchor !== 'bookmark' || policy.dryRun || primaryPool?.readonly === true) return false
  return !(rights?.primary instanceof Set) || rights.primary.has('bookmark')
}

/** The rights that make an anchor cannot remove it, so there are never more than this many of ours on a dataset. */
export const ANCHOR_LIMIT = 20

/** Bookmarks of ours: by name and by guid, so that a foreign bookmark that only looks like one is not counted. */
export function ownAnchors(bookmarks: readonly BookmarkEntry[]): readonly BookmarkEntry[] {
  return bookmarks.filter((bookmark) => parseAnchorName(bookmark.name) === bookmark.guid)
}
