import type { Policy } from '#config/effective.ts'
import type { DatasetView } from '#lib/engine/types.ts'
import type { Health, ReasonCode } from '#lib/replication/types/reason.ts'
import { parseOwnDatasetName } from '#lib/zfs/names.ts'
import { datasetOf, poolOf, type Stock, type StockDataset, type StockPool, type StockSnapshot } from './stock.ts'

/** What the SANs' own state says of one mapping, computed by other means than the product's. */
export interface Truth {
  readonly reachable: boolean
  readonly primaryPool: StockPool | null
  readonly backupPool: StockPool | null
  readonly primary: StockDataset | null
  readonly backup: StockDataset | null
  /** Wanted, and old enough at the time of the look for certain. */
  readonly eligible: readonly StockSnapshot[]
  /** The same, with those that clocks read one after the other may take for old enough. */
  readonly perhapsEligible: readonly StockSnapshot[]
  /** Newest snapshot or bookmark of the primary whose guid the backup holds. */
  readonly base: { readonly txg: number; readonly guid: string; readonly time: number } | null
  readonly newestCommon: StockSnapshot | null
  readonly behind: readonly StockSnapshot[]
  readonly perhapsBehind: readonly StockSnapshot[]
  /** Snapshots of the backup after the base. */
  readonly ahead: readonly StockSnapshot[]
  /** Names of ours beside the backup. */
  readonly beside: readonly string[]
  /** Datasets below the primary one. */
  readonly below: number
}

/** A look takes a moment, and reads clocks of whole seconds one after the other. */
const BLINK_SECONDS = 2

const USABLE: ReadonlySet<string> = new Set(['ONLINE', 'DEGRADED'])
export const usable = (pool: StockPool | null): boolean => pool?.imported === true && USABLE.has(pool.health)

export function truthOf(stock: Stock, { dataset }: DatasetView, nowMs: number): Truth {
  const { primary: from, backup: to } = dataset.mapping
  const primary = datasetOf(stock, from.host, from.dataset)
  const backup = datasetOf(stock, to.host, to.dataset)
  const nowSeconds = nowMs / 1000 + (stock.get(from.host)?.skewSeconds ?? 0)
  const here = [...(primary?.snapshots ?? [])].sort((a, b) => a.txg - b.txg)
  const there = [...(backup?.snapshots ?? [])].sort((a, b) => a.txg - b.txg)
  const held = new Set(there.map(({ guid }) => guid))
  const eligibleAt = (seconds: number) => here.filter((each) => isEligible(each, dataset.config.policy, seconds))
  const [eligible, perhapsEligible] = [eligibleAt(nowSeconds - BLINK_SECONDS), eligibleAt(nowSeconds + BLINK_SECONDS)]
  const starts = [...here, ...(primary?.bookmarks ?? [])].filter(({ guid }) => held.has(guid))
  const base = starts.reduce<Truth['base']>((best, each) => (best === null || each.txg > best.txg ? each : best), null)
  const baseThere = there.find(({ guid }) => guid === base?.guid)
  const after = (some: readonly StockSnapshot[]) => some.filter(({ txg }) => base === null || txg > base.txg)
  return {
    reachable: stock.get(from.host)?.up === true && stock.get(to.host)?.up === true,
    primaryPool: poolOf(stock, from.host, from.dataset),
    backupPool: poolOf(stock, to.host, to.dataset),
    primary,
    backup,
    eligible,
    perhapsEligible,
    base,
    newestCommon: here.findLast(({ guid }) => held.has(guid)) ?? null,
    behind: after(eligible),
    perhapsBehind: after(perhapsEligible),
    beside: (poolOf(stock, to.host, to.dataset)?.datasets ?? [])
      .map(({ name }) => name)
      .filter((name) => parseOwnDatasetName(name)?.of === to.dataset),
    below: (poolOf(stock, from.host, from.dataset)?.datasets ?? []).filter(
      ({ name }) => name.startsWith(`${from.dataset}/`) && parseOwnDatasetName(name) === null,
    ).length,
    ahead: there.filter(({ txg }) => baseThere === undefined || txg > baseThere.txg),
  }
}

function isEligible({ name, time }: StockSnapshot, policy: Policy, nowSeconds: number): boolean {
  const fits = (globs: readonly string[]) => globs.some((glob) => new Bun.Glob(glob).match(name))
  if (policy.snapshotInclude.length > 0 && !fits(policy.snapshotInclude)) return false
  // An age is never negative: one from the future is as young as can be.
  return !fits(policy.snapshotExclude) && Math.max(0, nowSeconds - time) >= policy.minAgeSeconds
}

/** Seconds that the oldest missing snapshot is overdue, by its own date. The product may know of more, never of less. */
export function leastDelay(truth: Truth, view: DatasetView, nowMs: number, skewSeconds: number): number {
  const [oldest] = truth.behind
  if (oldest === undefined) return 0
  return Math.max(0, nowMs / 1000 + skewSeconds - oldest.time - view.dataset.config.policy.minAgeSeconds)
}

/**
 * What the shown status may be, right after a look at which nobody touched the SANs. The worst that the truth demands is
 * computed here; a status better than that is a lie, UNKNOWN never is.
 */
export function demandedHealth(
  truth: Truth,
  view: DatasetView,
  { delaySeconds, nowSeconds }: { readonly delaySeconds: number; readonly nowSeconds: number },
): Health {
  const { policy } = view.dataset.config
  if (!usable(truth.primaryPool) || !usable(truth.backupPool)) return 'BROKEN'
  if (isNewChild(truth, view, nowSeconds)) return 'HEALTHY'
  if (holdsOnlyOthers(truth)) return 'HEALTHY'
  if (truth.primary === null || truth.backup === null) return 'BROKEN'
  if (truth.perhapsEligible.length === 0 && !isTogether(truth, view, nowSeconds)) return 'BROKEN'
  if (truth.base === null) return 'BROKEN'
  if (delaySeconds > policy.maxDelaySeconds + 1) return 'BROKEN'
  if (delaySeconds > policy.warnDelaySeconds + 1) return 'WARNING'
  if (truth.backup.written > 0) return 'WARNING'
  return 'HEALTHY'
}

/** Of a tree: without a snapshot on either side, and something below it. */
function holdsOnlyOthers({ primary, backup, below }: Truth): boolean {
  if (primary === null || below === 0 || primary.bookmarks.length > 0) return false
  return primary.snapshots.length === 0 && (backup?.snapshots.length ?? 0) === 0
}

/** Clocks of the soak are off by an hour at the most, and may have been off the other way when something was dated. */
const CLOCKS_SECONDS = 2 * 3600

/** A child of a recursive tree whose first backup is not due yet; `nowSeconds` by the primary's clock. */
function isNewChild({ primary, backup }: Truth, { dataset }: DatasetView, nowSeconds: number): boolean {
  if (dataset.parentId === null || primary === null || (backup?.snapshots.length ?? 0) > 0) return false
  return nowSeconds - primary.time <= dataset.config.policy.maxDelaySeconds + CLOCKS_SECONDS
}

/** Policy wants no snapshot, and the backup has what there is all the same, or had it as lately as policy allows. */
function isTogether({ base, newestCommon, primary }: Truth, { dataset }: DatasetView, nowSeconds: number): boolean {
  if (base === null || newestCommon === null || primary === null) return false
  const { maxDelaySeconds, minAgeSeconds } = dataset.config.policy
  const isNewest = primary.snapshots.every(({ txg }) => txg <= newestCommon.txg)
  // A bookmark may be what is left of a newer one that the backup has.
  return isNewest || nowSeconds - base.time <= maxDelaySeconds + minAgeSeconds + CLOCKS_SECONDS
}

/** Reasons that only certain facts can give. A reason shown without its fact is a false alarm. */
export const EVIDENCE: Partial<Record<ReasonCode, (truth: Truth) => boolean>> = {
  POOL_UNAVAILABLE: ({ primaryPool, backupPool }) =>
    !usable(primaryPool) || !usable(backupPool) || backupPool?.readonly === true,
  PRIMARY_DATASET_MISSING: (truth) => truth.primary === null,
  BACKUP_DATASET_MISSING: (truth) => truth.backup === null,
  CONTAINER: holdsOnlyOthers,
  PRIMARY_EMPTY: (truth) => truth.eligible.length === 0,
  NO_COMMON_SNAPSHOT: (truth) => truth.base === null,
  BACKUP_AHEAD: (truth) => truth.ahead.length > 0,
  EXTRA_ON_BACKUP: (truth) => truth.ahead.length > 0,
  BACKUP_MODIFIED: (truth) => (truth.backup?.written ?? 0) > 0,
  NAME_CLASH: (truth) => {
    const there = new Map(truth.backup?.snapshots.map(({ name, guid }) => [name, guid]))
    return truth.perhapsBehind.some(({ name, guid }) => there.has(name) && there.get(name) !== guid)
  },
  PARTIAL_RECEIVE: (truth) => truth.backup?.partial != null,
  POOL_DEGRADED: (truth) => [truth.primaryPool, truth.backupPool].some((pool) => pool?.health === 'DEGRADED'),
  HALF_DONE_SWAP: ({ beside }) => beside.length > 0,
  UP_TO_DATE: (truth) => truth.base !== null && truth.behind.length === 0,
}
