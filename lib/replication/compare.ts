import type { Policy } from '#config/effective.ts'
import type { BookmarkEntry, Guid, SnapshotEntry } from '#lib/zfs/types.ts'
import type { Comparison, Inventory, PresentSide, SnapshotFilter, SnapshotRef } from './types/inventory.ts'

/**
 * What the two histories have to do with each other. Identity is the guid, order within a side its createtxg (never
 * compared across sides), `creation` counts only for the age; `nowSeconds` is epoch seconds by the primary's clock.
 * A backup of null is one that its own listing says does not exist. Linear in the number of snapshots.
 */
export function compare(
  primary: PresentSide,
  backup: PresentSide | null,
  filter: SnapshotFilter,
  nowSeconds: number,
): Comparison {
  const here = byCreatetxg(primary.snapshots)
  const there = byCreatetxg(backup?.snapshots ?? [])
  const thereByGuid = byGuid(there)
  const found = findBase(here, primary.bookmarks, thereByGuid)
  const base = found.base

  const sorted = sortPrimary(here, base?.createtxg ?? null, thereByGuid, (entry) =>
    isEligible(filter, entry, nowSeconds),
  )
  const baseThere = base === null ? null : (thereByGuid.get(base.ref.guid)?.createtxg ?? null)
  const ahead =
    baseThere === null ? there : there.slice(there.findLastIndex((entry) => entry.createtxg <= baseThere) + 1)
  const keptOnBackup = baseThere === null || found.commonCount === there.length ? 0 : countKept(here, there, baseThere)

  return {
    newestCommon: found.newestCommon,
    commonCount: found.commonCount,
    base: base?.ref ?? null,
    behind: sorted.behind,
    skipped: sorted.skipped,
    eligibleCount: sorted.eligibleCount,
    oldestEligible: sorted.oldestEligible,
    newestEligible: sorted.newestEligible,
    newestPrimary: lastRef(here),
    newestBackup: lastRef(there),
    backupAhead: ahead.map(toRef),
    backupWritten: backup?.facts.written ?? 0,
    clashes: findClashes(sorted.behind, there),
    gaps: sorted.gaps,
    keptOnBackup,
    primarySnapshots: here.length,
    backupSnapshots: there.length,
  }
}

/** Snapshots below the base that only the backup still has. */
function countKept(here: readonly SnapshotEntry[], there: readonly SnapshotEntry[], baseThere: bigint): number {
  const hereByGuid = byGuid(here)
  return there.filter((entry) => entry.createtxg < baseThere && !hereByGuid.has(entry.guid)).length
}

interface SortedPrimary {
  readonly behind: readonly SnapshotRef[]
  readonly skipped: readonly SnapshotRef[]
  readonly gaps: readonly SnapshotRef[]
  readonly eligibleCount: number
  readonly oldestEligible: SnapshotRef | null
  readonly newestEligible: SnapshotRef | null
}

/** One walk over the primary: what is wanted and newer than the base, what is newer and not wanted, what is missing below it. */
function sortPrimary(
  here: readonly SnapshotEntry[],
  baseTxg: bigint | null,
  there: ReadonlyMap<Guid, SnapshotEntry>,
  eligible: (entry: SnapshotEntry) => boolean,
): SortedPrimary {
  const behind: SnapshotRef[] = []
  const skipped: SnapshotRef[] = []
  const gaps: SnapshotRef[] = []
  let eligibleCount = 0
  let oldest: SnapshotEntry | null = null
  let newest: SnapshotEntry | null = null
  for (const entry of here) {
    const wanted = eligible(entry)
    if (wanted) {
      eligibleCount++
      oldest ??= entry
      newest = entry
    }
    if (baseTxg === null || entry.createtxg > baseTxg) (wanted ? behind : skipped).push(toRef(entry))
    else if (wanted && !there.has(entry.guid)) gaps.push(toRef(entry))
  }
  return {
    behind,
    skipped,
    gaps,
    eligibleCount,
    oldestEligible: oldest === null ? null : toRef(oldest),
    newestEligible: newest === null ? null : toRef(newest),
  }
}

/** Names that a snapshot to be sent would find taken by another one: ZFS refuses the stream, even with -F. */
function findClashes(toSend: readonly SnapshotRef[], there: readonly SnapshotEntry[]): Comparison['clashes'] {
  if (toSend.length === 0) return []
  const guidByName = new Map(there.map((entry) => [entry.name, entry.guid]))
  return toSend.flatMap(({ name, guid }) => {
    const taken = guidByName.get(name)
    return taken === undefined || taken === guid ? [] : [{ name, primaryGuid: guid, backupGuid: taken }]
  })
}

function lastRef(entries: readonly SnapshotEntry[]): SnapshotRef | null {
  const last = entries.at(-1)
  return last === undefined ? null : toRef(last)
}

interface FoundBase {
  readonly newestCommon: Comparison['newestCommon']
  readonly commonCount: number
  /** `createtxg` is the primary's. */
  readonly base: { readonly ref: NonNullable<Comparison['base']>; readonly createtxg: bigint } | null
}

/**
 * The newest snapshot that both sides hold, and the newest thing that an incremental can start from: that snapshot, or
 * a bookmark on the primary of a backup snapshot that the primary itself has no more. A bookmark keeps the createtxg of
 * its snapshot, so the two can be ordered; on a tie the snapshot is better (only it can start a `-I`).
 */
function findBase(
  here: readonly SnapshotEntry[],
  bookmarks: readonly BookmarkEntry[],
  there: ReadonlyMap<Guid, SnapshotEntry>,
): FoundBase {
  let common: SnapshotEntry | null = null
  let commonCount = 0
  for (const entry of here) {
    if (!there.has(entry.guid)) continue
    commonCount++
    common = entry
  }
  let mark: BookmarkEntry | null = null
  for (const bookmark of bookmarks) {
    if (there.has(bookmark.guid) && (mark === null || bookmark.createtxg > mark.createtxg)) mark = bookmark
  }

  const backupName = (guid: Guid) => there.get(guid)?.name ?? ''
  const newestCommon = common === null ? null : { ...toRef(common), backupName: backupName(common.guid) }
  if (mark !== null && (common === null || mark.createtxg > common.createtxg)) {
    const ref = { name: mark.name, guid: mark.guid, creation: mark.creation, kind: 'bookmark' as const }
    return {
      newestCommon,
      commonCount,
      base: { ref: { ...ref, backupName: backupName(mark.guid) }, createtxg: mark.createtxg },
    }
  }
  if (common === null || newestCommon === null) return { newestCommon: null, commonCount, base: null }
  return {
    newestCommon,
    commonCount,
    base: { ref: { ...newestCommon, kind: 'snapshot' }, createtxg: common.createtxg },
  }
}

interface Ordered {
  readonly createtxg: bigint
}

/**
 * The entries of one side, oldest first. Only createtxg orders: creation has ties and goes back with the clock. A
 * listing normally comes sorted, so it is looked at once before it is copied; equal createtxg keep the listing's order.
 */
export function byCreatetxg<T extends Ordered>(entries: readonly T[]): readonly T[] {
  let previous: T | null = null
  for (const entry of entries) {
    if (previous !== null && entry.createtxg < previous.createtxg) return entries.toSorted(compareTxg)
    previous = entry
  }
  return entries
}

function compareTxg(a: Ordered, b: Ordered): number {
  return a.createtxg < b.createtxg ? -1 : a.createtxg > b.createtxg ? 1 : 0
}

/** The entry with the highest createtxg. */
export function newestOf<T extends Ordered>(entries: readonly T[]): T | null {
  return byCreatetxg(entries).at(-1) ?? null
}

export function toRef(entry: SnapshotEntry): SnapshotRef {
  return { name: entry.name, guid: entry.guid, creation: entry.creation }
}

export function byGuid<T extends { readonly guid: Guid }>(entries: readonly T[]): ReadonlyMap<Guid, T> {
  const found = new Map<Guid, T>()
  for (const entry of entries) found.set(entry.guid, entry)
  return found
}

/** The part of a policy that says which snapshots of the primary the backup should have. */
export function filterOf(policy: Policy): SnapshotFilter {
  return {
    include: policy.snapshotInclude,
    exclude: policy.snapshotExclude,
    minAgeSeconds: policy.minAgeSeconds,
  }
}

/** Does the policy want snapshots of this name? An empty include list means all; exclude wins over include. */
export function wantsName(filter: SnapshotFilter, name: string): boolean {
  const included = filter.include.length === 0 || filter.include.some((pattern) => matchesGlob(name, pattern))
  return included && !filter.exclude.some((pattern) => matchesGlob(name, pattern))
}

/** Is the snapshot old enough by the given clock (epoch seconds)? An age is never negative, so 0 is always reached. */
function isOldEnough(filter: SnapshotFilter, creation: number, nowSeconds: number): boolean {
  return Math.max(0, nowSeconds - creation) >= filter.minAgeSeconds
}

/** A snapshot that the policy wants on the backup, now. */
export function isEligible(filter: SnapshotFilter, snapshot: SnapshotEntry, nowSeconds: number): boolean {
  return isOldEnough(filter, snapshot.creation, nowSeconds) && wantsName(filter, snapshot.name)
}

/**
 * Does a name match a glob (`*` any run, `?` one character, everything else itself)? Linear in practice and never
 * exponential: a pattern from the config must not be able to hang a scan, so this is not turned into a RegExp.
 */
export function matchesGlob(name: string, pattern: string): boolean {
  let at = 0
  let p = 0
  let star = -1
  let starAt = 0
  while (at < name.length) {
    const wanted = pattern[p]
    if (wanted === '*') {
      star = p++
      starAt = at
    } else if (wanted === '?' || (wanted !== undefined && wanted === name[at])) {
      at++
      p++
    } else if (star >= 0) {
      // The last star takes one character more; earlier stars never need a second try.
      p = star + 1
      at = ++starAt
    } else {
      return false
    }
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

/** What of the backup stands in the way of an ordinary incremental. */
export interface Divergence {
  /** Own snapshots after the base that hold, or may hold, changes. */
  readonly ahead: boolean
  /** Own snapshots after the base that are known to hold none: an incremental goes past them and they stay. */
  readonly harmlessExtra: boolean
  /** Written to after the newest snapshot. */
  readonly modified: boolean
  readonly clash: boolean
}

/**
 * Meaningful where there is a base. Own snapshots are harmless only if nothing at all was written since the base
 * (`written@base` = 0 and `written` = 0) and the stream is not raw; not read is not zero.
 */
export function divergenceOf(inventory: Inventory, comparison: Comparison, raw: boolean): Divergence {
  const own = comparison.backupAhead.length > 0
  const unchanged = inventory.writtenSinceBase === 0 && comparison.backupWritten === 0 && !raw
  return {
    ahead: own && !unchanged,
    harmlessExtra: own && unchanged,
    modified: comparison.backupWritten > 0,
    clash: comparison.clashes.length > 0,
  }
}

/**
 * All that stands in the way is own snapshots without any change in them, which only a raw stream minds: to destroy
 * exactly these would lose nothing.
 */
export function isOnlyEmptySnapshots(inventory: Inventory, comparison: Comparison): boolean {
  const { backup } = inventory
  const { harmlessExtra, clash } = divergenceOf(inventory, comparison, false)
  return harmlessExtra && !clash && backup.state === 'present' && backup.facts.receiveResumeToken === null
}

export function isDiverged(divergence: Divergence): boolean {
  return divergence.ahead || divergence.modified || divergence.clash
}

/**
 * Does the backup hold anything that following the primary could cost: snapshots without a common one, own snapshots
 * with changes in them, own writes? Where not (a temporary snapshot that was replicated and then destroyed on the
 * primary), a primary that was replaced or went back harms nothing. A raw stream would be refused all the same, and is no
 * matter here.
 */
export function holdsWhatPrimaryLacks(inventory: Inventory, comparison: Comparison): boolean {
  const { backup } = inventory
  if (backup.state !== 'present' || backup.snapshots.length === 0) return false
  const { ahead, modified } = divergenceOf(inventory, comparison, false)
  return comparison.base === null || ahead || modified
}
