import type { Guid, SnapshotEntry } from '#lib/zfs/types.ts'
import { findBase } from './compare-base.ts'
import { isEligible } from './filter.ts'
import { byCreatetxg, byGuid, toRef } from './order.ts'
import type { Comparison, PresentSide, SnapshotFilter, SnapshotRef } from './types.ts'

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
