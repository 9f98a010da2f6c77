import type { Policy } from '#config/effective.ts'
import type { Guid, SnapshotEntry } from '#lib/zfs/types.ts'
import { byCreatetxg } from '../compare.ts'
import type { PresentSide } from '../types/inventory.ts'
import type { Moment, Rhythm } from '../types/verdict.ts'

/*
 * The rhythm R of a primary: the longest distance between successive eligible snapshots, as they were taken, over 35
 * days. It says from when on something is missing that no one saw. A longer R is a calmer witness, so a distance counts
 * only as far as it is certain: pruning makes neighbours of snapshots that were none, and a clock that was set makes any
 * distance at all.
 */

const DAY = 86_400
const KEPT_SECONDS = 35 * DAY
const KEPT_DISTANCES = 40
const LAST = 10

/** One look at a primary. `eligible`: is the snapshot wanted, and old enough? */
export interface PrimaryLook {
  readonly primary: PresentSide
  readonly eligible: (entry: SnapshotEntry) => boolean
  readonly minAgeSeconds: number
  readonly at: Moment
  readonly intervalSeconds: number
}

/** R in seconds. Without remembered distances: the median of the newest ten, and at least a day. */
export function rhythmSeconds(rhythm: Rhythm | undefined): number {
  if (rhythm === undefined) return DAY
  if (rhythm.distances.length > 0) return Math.max(...rhythm.distances.map(([, , seconds]) => seconds))
  return Math.max(DAY, rhythm.usualSeconds ?? 0)
}

/** From which delay on it is a warning, seconds: of a host that is off outside its hours one rhythm after the longest such time. */
export function warnDelaySeconds(policy: Policy, rhythm: Rhythm | undefined): number {
  if (policy.warnGapSeconds === undefined) return policy.warnDelaySeconds
  return Math.min(policy.maxDelaySeconds, policy.warnGapSeconds + rhythmSeconds(rhythm))
}

/** What is known of the rhythm after this look. */
export function rhythmAfter(before: Rhythm | undefined, look: PrimaryLook): Rhythm {
  const { primary, at } = look
  const known = before?.datasetGuid === primary.facts.guid ? before : undefined
  const ordered = byCreatetxg(primary.snapshots)
  const lately = newestEligible(ordered, look.eligible)
  const last = lately.at(-1)
  const newest = known?.newest ?? null
  const isNew = last !== undefined && (newest === null || last.createtxg > BigInt(newest.createtxg))
  const found = known === undefined || !isNew ? [] : distancesBetween(known, ordered, look)
  return {
    datasetGuid: primary.facts.guid,
    lookedAt: at,
    newest: !isNew
      ? newest && { ...newest, seenAt: Math.min(newest.seenAt, at.witness) }
      : {
          guid: last.guid,
          createtxg: last.createtxg.toString(),
          creation: last.creation,
          seenAt: at.witness,
          unseenAt: known === undefined ? null : known.lookedAt.witness,
        },
    lately: lately.map(({ guid }) => guid),
    usualSeconds: usualAfter(known, lately, look),
    distances: keep(before?.distances ?? [], found, at),
  }
}

/** Are these two looks in a row, as the schedule has them? It may slip once. */
export function isNextLook(before: Rhythm, { at, primary, intervalSeconds }: PrimaryLook): boolean {
  const between = at.witness - before.lookedAt.witness
  return before.datasetGuid === primary.facts.guid && between >= 0 && between <= 2 * intervalSeconds * 1000
}

/** Did retention leave alone what the last look saw? Then it took nothing that came after it either. */
export function isUnbroken({ datasetGuid, newest, lately }: Rhythm, { primary }: PrimaryLook): boolean {
  if (datasetGuid !== primary.facts.guid || newest === null) return false
  const there = new Set<Guid>(primary.snapshots.map(({ guid }) => guid))
  return there.has(newest.guid) && lately.every((guid) => there.has(guid))
}

/** Is each one that was taken since the last look there to be seen? */
function sawEach(known: Rhythm, look: PrimaryLook): boolean {
  const held = look.primary.snapshots.findLast(({ guid }) => guid === known.newest?.guid) !== undefined
  return held && (isNextLook(known, look) || isUnbroken(known, look))
}

/** The newest ten eligible snapshots, oldest first. */
export function newestEligible(
  ordered: readonly SnapshotEntry[],
  eligible: (entry: SnapshotEntry) => boolean,
): readonly SnapshotEntry[] {
  const found: SnapshotEntry[] = []
  for (let place = ordered.length - 1; place >= 0 && found.length < LAST; place--) {
    const entry = ordered[place]
    if (entry !== undefined && eligible(entry)) found.push(entry)
  }
  return found.reverse()
}

/** Median distance in seconds; null where there are not two. A date that goes back is no distance below 0. */
export function usualDistance(entries: readonly { readonly creation: number }[]): number | null {
  const distances = entries.slice(1).map(({ creation }, index) => {
    return Math.max(0, creation - (entries[index]?.creation ?? creation))
  })
  if (distances.length === 0) return null
  const sorted = distances.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

/** What retention leaves is further apart than what was taken: then the usual distance does not grow. */
function usualAfter(known: Rhythm | undefined, lately: readonly SnapshotEntry[], look: PrimaryLook): number | null {
  const now = usualDistance(lately)
  const before = known?.usualSeconds ?? null
  if (known === undefined || now === null || before === null || sawEach(known, look)) return now ?? before
  return Math.min(now, before)
}

/** Seconds since a moment, by the clock that says less. */
export function elapsedSeconds(since: Moment, now: Moment): number {
  return Math.max(0, Math.min((now.witness - since.witness) / 1000, now.primary - since.primary))
}

/**
 * Distances that this look completes. Where retention may have taken some between the two looks, only the pause that the
 * last look itself still saw is certain; less than a day of it is no memory of a rhythm.
 */
function distancesBetween(known: Rhythm, ordered: readonly SnapshotEntry[], look: PrimaryLook): readonly number[] {
  const { newest, lookedAt } = known
  if (newest === null) return []
  const after = BigInt(newest.createtxg)
  const fresh: SnapshotEntry[] = []
  for (let place = ordered.length - 1; place >= 0; place--) {
    const entry = ordered[place]
    if (entry === undefined || entry.createtxg <= after) break
    if (look.eligible(entry)) fresh.push(entry)
  }
  fresh.reverse()
  const first = fresh[0]
  if (first === undefined) return []
  // What came after the newest one cannot be further from it than the looks between which both were taken.
  const most = newest.unseenAt === null ? Number.POSITIVE_INFINITY : (look.at.witness - newest.unseenAt) / 1000
  if (!sawEach(known, look)) {
    const seen =
      Math.min(first.creation, lookedAt.primary - look.minAgeSeconds, newest.creation + most) - newest.creation
    return seen < DAY ? [] : [seen]
  }
  // All the new ones became eligible between these two looks.
  const between = (look.at.witness - lookedAt.witness) / 1000
  const dates = [newest.creation, ...fresh.map(({ creation }) => creation)]
  return dates.slice(1).map((date, index) => Math.min(date - (dates[index] ?? date), index === 0 ? most : between))
}

/** A later distance that is as long makes an earlier one needless: it stays longer. */
function keep(before: Rhythm['distances'], found: readonly number[], at: Moment): Rhythm['distances'] {
  const recent = before.filter(([witness, primary]) => elapsedSeconds({ witness, primary }, at) <= KEPT_SECONDS)
  const longest = Math.max(0, ...found)
  if (longest <= 0) return recent
  const kept = recent.filter(([, , seconds]) => seconds > longest)
  return [...kept, [at.witness, at.primary, longest] as const].slice(-KEPT_DISTANCES)
}
