import type { Policy } from '#config/effective.ts'
import type { SnapshotEntry } from '#lib/zfs/types.ts'
import { prunedBetween, shapeOf } from '../chain.ts'
import { byCreatetxg, divergenceOf, holdsWhatPrimaryLacks, newestOf, wantsName } from '../compare.ts'
import { replicatorOf } from '../foreign-activity.ts'
import type { Comparison, PresentSide } from '../types/inventory.ts'
import type { History, JudgeInput, LostHistory, SnapshotMark } from '../types/verdict.ts'
import { fact, factOrNull, listed, type Rule } from './context.ts'
import { primaryClock } from './delay.ts'

/*
 * Has the primary lost its history? Whoever destroys snapshots on a SAN (ransomware, a thief, a mistake) wants the backup
 * to follow. So what is gone is held against what retention usually takes there, and that is learned from the primary as
 * it was seen, never from what the backup says. What honest work looks like is in docs/decisions/attacked-primary.md.
 */

/** Kinds of snapshots by their names, and looks of each, whose ages are remembered. */
const KINDS = 6
const LOOKS = 8
/** One a day: who would teach the witness another retention has to be at it for most of a week. */
const BETWEEN_LESSONS_MS = 20 * 3600_000
/**
 * From so many looks on it is known at what age a kind goes. Fewer can excuse, once a day has passed since the last of them
 * (or destroying a young one would excuse destroying the rest a moment later), and accuse of nothing.
 */
const LEARNED = 3
/** What is destroyed a little early is not destroyed too early. */
const ABOUT = 0.75
/** What an honest retention leaves at the very least of a history that was more than twice as long. */
const LEFT = { count: 3, spanSeconds: 86_400 * ABOUT }

type Look = Pick<JudgeInput, 'inventory' | 'policy' | 'memory' | 'now'>
type Ages = History['ages']

/** One look at a primary, against the one before. */
interface Change {
  readonly look: Look
  readonly comparison: Comparison | null
  readonly before: History
  /** Oldest first. */
  readonly here: readonly SnapshotEntry[]
}

/** What is known of the primary's snapshots after this look; as remembered, where the primary was not read. */
export function historyAfter(
  look: Look & Pick<JudgeInput, 'previous'>,
  comparison: Comparison | null,
): History | undefined {
  const { inventory, memory, now } = look
  const before = memory.history
  const { primary } = inventory
  if (primary.state !== 'present') return before
  const seen = historyNow(look, primary, comparison)
  if (before === undefined) return seen
  if (before.lost !== null) return isBack(before.lost, primary) ? seen : before
  // Another dataset under the old name is a matter of its own: PRIMARY_REPLACED.
  if (before.datasetGuid !== primary.facts.guid) return mayCost(look, comparison) ? before : seen
  const change = { look, comparison, before, here: byCreatetxg(primary.snapshots) }
  const lost = lostCommon(change) ?? lostSpan(change, look.previous)
  if (lost !== null) return { ...before, lost: { ...lost, at: now } }
  // Rolled back is PRIMARY_REWOUND. What it held stays in memory: its next snapshot would make all of it well again.
  if (isRewound(change)) return before
  return { ...seen, ages: learn(change, look.previous ?? null) }
}

/**
 * After a person's word: what the primary has now is what the next look is held against, and the age at which the newest
 * common one went is one at which its kind may go. Undefined: the primary was not read, the next look begins anew.
 */
export function historyAdopted(look: Look, comparison: Comparison | null): History | undefined {
  const { primary } = look.inventory
  if (primary.state !== 'present') return undefined
  const seen = historyNow(look, primary, comparison)
  const { common = null, ageSeconds = null } = look.memory.history?.lost ?? {}
  if (common === null || ageSeconds === null) return seen
  const kind = shapeOf(common.name)
  const others = seen.ages.filter(([shape]) => shape !== kind)
  // It counts at once, as one that was learned a day ago does.
  return { ...seen, ages: [...others, [kind, look.now - BETWEEN_LESSONS_MS, [ageSeconds]] as const].slice(-KINDS) }
}

export const lostHistoryRule: Rule = ({ input, comparison, reason }) => {
  const lost = historyAfter(input, comparison)?.lost ?? null
  if (lost === null) return []
  const { at, common, ageSeconds, usualSeconds, before, after } = lost
  const { primary, backup } = input.inventory
  const read = primary.state === 'present' && backup.state === 'present'
  return [
    reason('PRIMARY_LOST_HISTORY', {
      at,
      common: factOrNull(common),
      ageSeconds,
      usualSeconds,
      before,
      after,
      onlyOnBackup: read ? listed(onlyOn(backup, primary)) : null,
    }),
  ]
}

/** What no one but the backup has any more, newest first. */
function onlyOn(backup: PresentSide, primary: PresentSide): readonly SnapshotEntry[] {
  const there = new Set(primary.snapshots.map(({ guid }) => guid))
  return byCreatetxg(backup.snapshots)
    .filter(({ guid }) => !there.has(guid))
    .toReversed()
}

/** The primary as this look has it, and of before nothing but the ages. */
function historyNow(look: Look, primary: PresentSide, comparison: Comparison | null): History {
  const { history } = look.memory
  const here = byCreatetxg(primary.snapshots)
  const known = history?.common ?? null
  return {
    datasetGuid: primary.facts.guid,
    at: look.now,
    count: here.length,
    oldest: markOf(here[0]),
    newest: markOf(here.at(-1)),
    // A backup that is off takes nothing and loses nothing: the newest common one is still that one.
    common:
      comparison !== null
        ? markOf(newestCommon(look, here, comparison))
        : known !== null && isThere(here, known)
          ? known
          : null,
    ages: history?.ages ?? [],
    lost: null,
  }
}

/** The newest common snapshot that is there to stay: temporary ones of a replicator come and go with each of its runs. */
function newestCommon(
  { inventory: { backup }, policy }: Pick<Look, 'inventory' | 'policy'>,
  here: readonly SnapshotEntry[],
  comparison: Comparison,
): SnapshotEntry | undefined {
  const newest = comparison.newestCommon
  if (newest === null || backup.state !== 'present') return undefined
  if (!isTemporary(newest.name, policy)) return here.findLast(({ guid }) => guid === newest.guid)
  const there = new Set(backup.snapshots.map(({ guid }) => guid))
  return here.findLast(({ guid, name }) => there.has(guid) && !isTemporary(name, policy))
}

function isTemporary(name: string, { snapshotExclude }: Policy): boolean {
  if (replicatorOf(name) === 'syncoid') return true
  return !wantsName({ include: [], exclude: snapshotExclude, minAgeSeconds: 0 }, name)
}

type Found = Omit<LostHistory, 'at'>

/**
 * The newest common snapshot was destroyed before its time: it was younger than its kind gets, or, where that is not
 * known, older ones of its kind are still there. What is pruned from the oldest end goes in order.
 */
function lostCommon(change: Change): Found | null {
  const { look, comparison, before, here } = change
  const { common } = before
  if (common === null || isThere(here, common) || isRewound(change)) return null
  if (comparison !== null) {
    const newer = newestCommon(look, here, comparison)
    if (newer !== undefined && newer.createtxg > BigInt(common.createtxg)) return null
    // It held nothing that the primary lacks now: a temporary one, destroyed after it was replicated.
    const { base } = comparison
    if (base?.kind === 'snapshot' && !divergenceOf(look.inventory, comparison, false).ahead) return null
  }
  const kind = shapeOf(common.name)
  const { usual, learned } = usualAge(change, kind)
  const age = ageOf(look, common)
  if (usual !== null && age >= usual * ABOUT) return null
  const place = BigInt(common.createtxg)
  const outOfOrder = here.some(({ name, createtxg }) => createtxg < place && shapeOf(name) === kind)
  if (!learned && !outOfOrder) return null
  return { common, ageSeconds: age, usualSeconds: learned ? usual : null, ...extent(change), guids: [common.guid] }
}

/**
 * What the primary holds reaches back less than half as far as at the last look, the oldest end is gone, and it is not
 * retention: that would have had to be shortened to less than a day, or to less than three snapshots.
 */
function lostSpan(change: Change, previous: JudgeInput['previous']): Found | null {
  const { look, before, here } = change
  const { oldest } = before
  const span = extent(change)
  // One by itself is everyday work: the only old one, or a retention of two.
  if (oldest === null || isThere(here, oldest) || before.count - heldSince(change) <= 1) return null
  if (span.after.spanSeconds * 2 >= span.before.spanSeconds) return null
  // Not at once: in that time all of it may have aged out.
  if (look.now - before.at >= span.before.spanSeconds * 1000) return null
  const { usual } = usualAge(change, shapeOf(oldest.name))
  const first = here[0]
  if (usual !== null && first !== undefined && ageOf(look, first) >= usual * ABOUT) return null
  if (isShortened(change, span.after.spanSeconds) || isRotated(change, previous)) return null
  const marks = [oldest, before.common, before.newest].filter((mark) => mark !== null)
  const gone = marks.filter((mark) => !isThere(here, mark))
  return { common: null, ageSeconds: null, usualSeconds: null, ...span, guids: gone.map(({ guid }) => guid) }
}

/** An admin's new retention: it takes from the oldest end alone, and leaves a history with its newest common snapshot. */
function isShortened(change: Change, spanSeconds: number): boolean {
  const { look, comparison, before, here } = change
  if (heldSince(change) < LEFT.count || spanSeconds < LEFT.spanSeconds) return false
  if (before.common !== null && !isThere(here, before.common)) return false
  if (before.common === null && comparison?.newestCommon === null && look.memory.common !== null) return false
  const there = new Set(here.map(({ guid }) => guid))
  const lately = (look.memory.rhythm?.lately ?? []).map((guid) => there.has(guid))
  return !lately.includes(false, Math.max(0, lately.indexOf(true)))
}

/**
 * Each kind lost nothing but its oldest one, which has a successor, or what was as old as it gets: a monthly one makes room
 * for the next at the same moment as a daily one. The newest common one stays, unless its time had come too.
 */
function isRotated(change: Change, previous: JudgeInput['previous']): boolean {
  const { look, before, here } = change
  if (previous?.primary.state !== 'present') return false
  const { snapshots } = previous.primary
  // Another look than the one that is remembered.
  if (snapshots.length !== before.count || newestOf(snapshots)?.guid !== before.newest?.guid) return false
  const there = new Set(here.map(({ guid }) => guid))
  const known = new Set(snapshots.map(({ guid }) => guid))
  const renewed = new Set(here.filter(({ guid }) => !known.has(guid)).map(({ name }) => shapeOf(name)))
  const kinds = Map.groupBy(byCreatetxg(snapshots), ({ name }) => shapeOf(name))
  return [...kinds].every(([kind, own]) => {
    const gone = own.filter(({ guid }) => !there.has(guid))
    const { usual } = usualAge(change, kind)
    if (usual !== null && gone.every((each) => ageOf(look, each) >= usual * ABOUT)) return true
    if (gone.some(({ guid }) => guid === before.common?.guid)) return false
    // One of several may also go some time after the next was taken.
    return gone.length === 0 || (gone.length === 1 && gone[0] === own[0] && (own.length > 1 || renewed.has(kind)))
  })
}

/** Nothing is as new any more as the newest one of the last look, and the backup holds what disappeared, as far as is known. */
function isRewound({ look, comparison, before: { newest }, here }: Change): boolean {
  const back = newest !== null && (here.at(-1)?.createtxg ?? 0n) < BigInt(newest.createtxg)
  return back && mayCost(look, comparison)
}

/** As in `lineageOf`; what was not compared may. */
function mayCost({ inventory }: Pick<Look, 'inventory'>, comparison: Comparison | null): boolean {
  return comparison === null || holdsWhatPrimaryLacks(inventory, comparison)
}

/** How many of those that the last look saw are left: none can be made with an older createtxg. */
function heldSince({ before: { newest }, here }: Change): number {
  return newest === null ? 0 : placeAfter(here, BigInt(newest.createtxg))
}

function extent({ before, here }: Change): Pick<LostHistory, 'before' | 'after'> {
  return {
    before: { count: before.count, spanSeconds: spanOf(before.oldest, before.newest) },
    after: { count: here.length, spanSeconds: spanOf(here[0], here.at(-1)) },
  }
}

type Dated = Pick<SnapshotEntry, 'creation'>

function spanOf(oldest: Dated | null | undefined, newest: Dated | null | undefined): number {
  return oldest == null || newest == null ? 0 : Math.max(0, newest.creation - oldest.creation)
}

/** Seconds, by the clock that says less: a primary whose clock was set makes nothing look older than it is. */
function ageOf(look: Look, { creation }: Dated): number {
  return Math.floor(Math.max(0, Math.min(primaryClock(look), look.now / 1000) - creation))
}

/** All that disappeared is there again: the pool was away, or was taken back in time. */
function isBack({ guids }: LostHistory, { snapshots }: PresentSide): boolean {
  const there = new Set(snapshots.map(({ guid }) => guid))
  return guids.every((guid) => there.has(guid))
}

function isThere(here: readonly SnapshotEntry[], { guid, createtxg }: SnapshotMark): boolean {
  const txg = BigInt(createtxg)
  for (let place = placeAfter(here, txg) - 1; here[place]?.createtxg === txg; place--)
    if (here[place]?.guid === guid) return true
  return false
}

/** How many are not newer than that createtxg. */
function placeAfter(here: readonly SnapshotEntry[], createtxg: bigint): number {
  let from = 0
  let to = here.length
  while (from < to) {
    const middle = (from + to) >> 1
    if ((here[middle]?.createtxg ?? 0n) <= createtxg) from = middle + 1
    else to = middle
  }
  return from
}

function markOf(entry: SnapshotEntry | undefined): SnapshotMark | null {
  return entry === undefined ? null : { ...fact(entry), createtxg: entry.createtxg.toString() }
}

/** At what age a kind goes, seconds. Known from few looks, the oldest of them counts. */
function usualAge(
  { look, before: { ages } }: Change,
  kind: string,
): { readonly usual: number | null; readonly learned: boolean } {
  const [, at = 0, lessons = []] = ages.find(([shape]) => shape === kind) ?? []
  const seen = lessons.toSorted((a, b) => a - b)
  const learned = seen.length >= LEARNED
  if (!learned && look.now - at < BETWEEN_LESSONS_MS) return { usual: null, learned }
  return { usual: (learned ? seen[(seen.length - 1) >> 1] : seen.at(-1)) ?? null, learned }
}

/**
 * Of one look, and of the looks of one day, counts the youngest of each kind that was destroyed: the border of its retention, however
 * many there were. What is thinned step by step (zrepl, znapzend) goes at several ages, and any of them may be the first.
 */
function learn(change: Change, previous: JudgeInput['previous']): Ages {
  const { before, look } = change
  if (heldSince(change) >= before.count) return before.ages
  const youngest = new Map<string, number>()
  for (const { shape, creation, goneAt } of prunedBetween(previous ?? null, look.inventory)) {
    const age = Math.round(goneAt / 1000 - creation)
    if (age > 0) youngest.set(shape, Math.min(age, youngest.get(shape) ?? age))
  }
  const lessons = [...youngest].map(([shape, age]): Ages[number] => {
    const [, at = null, ages = []] = before.ages.find(([known]) => known === shape) ?? []
    return at !== null && Math.abs(look.now - at) < BETWEEN_LESSONS_MS
      ? [shape, at, [...ages.slice(0, -1), Math.min(age, ages.at(-1) ?? age)]]
      : [shape, look.now, [...ages, age].slice(-LOOKS)]
  })
  const others = before.ages.filter(([shape]) => !lessons.some(([other]) => other === shape))
  return [...others, ...lessons].slice(-KINDS)
}
