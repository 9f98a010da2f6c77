import { byCreatetxg, filterOf, isEligible, toRef } from '../compare.ts'
import type { Comparison, PresentSide, SnapshotRef } from '../types/inventory.ts'
import type { JudgeInput, Memory, Moment, Noted, Rhythm, Waiting } from '../types/verdict.ts'
import {
  elapsedSeconds,
  isNextLook,
  isUnbroken,
  newestEligible,
  type PrimaryLook,
  rhythmAfter,
  rhythmSeconds,
} from './rhythm.ts'

export interface LagFacts {
  /** See PRODUCT vocabulary; null = not known. */
  readonly delaySeconds: number | null
  readonly oldestMissing: SnapshotRef | null
  /** Recovery point age; null = there is no common snapshot, or none was ever seen. */
  readonly lagSeconds: number | null
  /** Snapshots behind; null = not known. */
  readonly snapshots: number | null
}

/** Epoch seconds by the primary's clock, which dated the snapshots; by the witness's where it was not read. */
export function primaryClock({ now, inventory }: Pick<JudgeInput, 'now' | 'inventory'>): number {
  return now / 1000 + (inventory.primarySkewSeconds ?? 0)
}

/** Age of something dated by the primary. A date in the future is no negative age. */
export function ageSeconds(input: JudgeInput, creation: number): number {
  return Math.max(0, primaryClock(input) - creation)
}

/**
 * Age of something dated by the primary and first seen by the witness at `seenAt` (epoch ms): the longer of the two. The
 * second holds where the first lies, after a clock was set.
 */
export function ageSince(input: JudgeInput, { creation, seenAt }: { creation: number; seenAt: number }): number {
  return Math.max(ageSeconds(input, creation), (input.now - seenAt) / 1000)
}

/** How long something has been overdue that was wanted from `min_age_hours` on. */
function overdueSeconds(input: JudgeInput, { creation, seenAt }: { creation: number; seenAt: number }): number {
  const byClock = ageSeconds(input, creation) - input.policy.minAgeSeconds
  return Math.floor(Math.max(0, byClock, (input.now - seenAt) / 1000))
}

/** What this look says of the primary's rhythm and of what waits; as remembered, where the primary was not read. */
export function primaryMemory(
  input: JudgeInput,
  comparison: Comparison | null,
): { readonly rhythm?: Rhythm; readonly waiting?: Waiting } {
  const { memory, policy, inventory, intervalSeconds, now } = input
  const { primary } = inventory
  if (primary.state !== 'present') {
    const { rhythm, waiting } = memory
    return { ...(rhythm === undefined ? {} : { rhythm }), ...(waiting === undefined ? {} : { waiting }) }
  }
  const filter = filterOf(policy)
  const clock = primaryClock(input)
  const look = {
    primary,
    eligible: (entry: (typeof primary.snapshots)[number]) => isEligible(filter, entry, clock),
    minAgeSeconds: policy.minAgeSeconds,
    at: { witness: now, primary: clock },
    intervalSeconds,
  }
  const rhythm = rhythmAfter(memory.rhythm, look)
  return { rhythm, waiting: waitingAfter({ ...look, comparison, memory, rhythm }) }
}

/**
 * Delay and lag where both sides were seen. It counts from the remembered moment, and at least from the oldest one that
 * is missing now: not the newest, it has waited longest.
 */
export function seenLag(input: JudgeInput, comparison: Comparison, waiting: Waiting | undefined): LagFacts {
  const oldestMissing = comparison.behind[0] ?? null
  const { base } = comparison
  const seenAt = waiting?.base?.guid === base?.guid ? (waiting?.base?.seenAt ?? input.now) : input.now
  return {
    delaySeconds: oldestMissing === null ? 0 : delayOf(input, oldestMissing, waiting),
    oldestMissing,
    lagSeconds: base === null ? null : Math.floor(ageSince(input, { creation: base.creation, seenAt })),
    snapshots: comparison.behind.length,
  }
}

/** Of the oldest one that is missing now, or of the remembered moment, whichever is longer. */
function delayOf(input: JudgeInput, oldest: SnapshotRef, waiting: Waiting | undefined): number {
  const firstSeen = input.memory.firstMissing[oldest.guid] ?? input.now
  const alone = overdueSeconds(input, { creation: oldest.creation, seenAt: firstSeen })
  const since = waiting?.since ?? null
  return since === null ? alone : Math.max(alone, overdueSeconds(input, since))
}

/*
 * Since when something has been missing. The moment belongs to the first eligible snapshot after the newest common one,
 * and outlives it: retention on the primary must not make a dead replication look younger. So what was eligible is
 * written down when it is seen, and the moment is moved only by a newest common snapshot that advances, or by nothing
 * having been missing for as long as this primary ever pauses.
 */

/** So many snapshots after the base are written down; of more, the older ones are put together. */
const AFTER = 500
/** And so many before it, for a base that moves back. */
const BEFORE = 32
/** A snapshot dated further ahead than this says nothing of when it was taken. */
const FUTURE_SECONDS = 60
const DAY = 86_400

type Base = NonNullable<Waiting['base']>
type Since = NonNullable<Waiting['since']>

interface WaitingLook extends PrimaryLook {
  /** Null where the backup could not be read: then the base is the one that is remembered. */
  readonly comparison: Comparison | null
  readonly memory: Memory
  /** As it is after this look. */
  readonly rhythm: Rhythm
}

/** What is waiting after this look at the primary, with or without the backup. */
function waitingAfter(look: WaitingLook): Waiting {
  const { memory, primary, at, comparison } = look
  const datasetGuid = primary.facts.guid
  const known = memory.waiting?.datasetGuid === datasetGuid ? memory.waiting : undefined
  const seen = seenBase(look, known)
  const base = seen ?? known?.base ?? rememberedBase(look)
  const certain = sawEverything(look)
  const log = noteEligible(look, known, certain)
  const before = sinceBefore(look, known, base)
  const asBefore = { datasetGuid, base, since: before, log: bounded(log, base) }
  // Without anything in common there is nothing to count from: that is worse than any delay, and moves no moment.
  if (base === null || (comparison !== null && seen === null)) return { ...asBefore, clearSince: null }

  if (isMissing(look, base)) {
    const first = firstAfter(look, base, log)
    const since = seen !== null && hasAdvanced(look, seen, known) ? first : earlier(before, first)
    return { ...asBefore, since: since && { ...since, seenAt: Math.min(since.seenAt, at.witness) }, clearSince: null }
  }
  if (seen === null) return { ...asBefore, clearSince: known?.clearSince ?? null }

  // Nothing is missing now. What was missing and has been pruned counts on until the primary has paused as never before.
  const advanced = hasAdvanced(look, seen, known)
  const since = advanced ? firstAfter(look, base, log) : before
  const clearSince = earliest(at, advanced || !certain ? null : (known?.clearSince ?? null))
  const pause = Math.max(rhythmSeconds(look.rhythm), DAY, look.rhythm.usualSeconds ?? 0)
  if (elapsedSeconds(clearSince, at) < pause) return { ...asBefore, since, clearSince }
  const held = log.filter((each) => !isAfter(each, base))
  return { ...asBefore, since: null, clearSince, log: bounded(held, base) }
}

/** Could nothing have come and gone since the last look? Two looks in a row see what there is to see. */
function sawEverything(look: WaitingLook): boolean {
  const { rhythm } = look.memory
  return rhythm !== undefined && (isNextLook(rhythm, look) || isUnbroken(rhythm, look))
}

/** The newest common one as this look saw it, null where it saw none. */
function seenBase(look: WaitingLook, known: Waiting | undefined): Base | null {
  const { comparison, at } = look
  if (comparison === null || comparison.base === null) return null
  const { guid, creation } = comparison.base
  const seenAt = known?.base?.guid === guid ? Math.min(known.base.seenAt, at.witness) : at.witness
  return { guid, creation, seenAt, createtxg: createtxgOf(look, guid, creation) }
}

/** What an older version, or another dataset under this name, has left: only guid and date. */
function rememberedBase(look: WaitingLook): Base | null {
  const common = look.memory.waiting?.base ?? look.memory.last?.newestCommon ?? null
  if (common === null) return null
  const { guid, creation } = common
  return { guid, creation, seenAt: look.at.witness, createtxg: createtxgOf(look, guid, creation) }
}

/** Its own createtxg, of snapshot or bookmark; where it is gone, that of the newest one taken before it. */
function createtxgOf({ primary }: WaitingLook, guid: string, creation: number): string {
  const held =
    primary.snapshots.findLast((entry) => entry.guid === guid) ??
    primary.bookmarks.find((entry) => entry.guid === guid) ??
    byCreatetxg(primary.snapshots).findLast((entry) => entry.creation <= creation)
  return (held?.createtxg ?? 0n).toString()
}

function hasAdvanced({ memory }: WaitingLook, base: Base, known: Waiting | undefined): boolean {
  if (known === undefined) {
    // Another dataset has other createtxg, an older version had none: only dates can be compared.
    const before = memory.waiting?.base ?? memory.last?.newestCommon ?? null
    return before === null || (before.guid !== base.guid && base.creation > before.creation)
  }
  return known.base === null || BigInt(base.createtxg) > BigInt(known.base.createtxg)
}

function sinceBefore({ memory, at }: WaitingLook, known: Waiting | undefined, base: Base | null): Since | null {
  const since = known === undefined ? memory.waiting?.since : known.since
  if (since !== undefined) return since && { ...since, seenAt: Math.min(since.seenAt, at.witness) }
  const missingSince = memory.last?.oldestMissingSince ?? null
  if (missingSince === null || base === null) return null
  // Of an older version: only the moment by the witness's clock.
  return { creation: Number.MAX_SAFE_INTEGER, seenAt: missingSince }
}

function isMissing(look: WaitingLook, base: Base): boolean {
  if (look.comparison !== null) return look.comparison.behind.length > 0
  const newest = newestEligible(byCreatetxg(look.primary.snapshots), look.eligible).at(-1)
  return newest !== undefined && newest.createtxg > BigInt(base.createtxg)
}

/** The log with what has become eligible since the last look. */
function noteEligible(look: WaitingLook, known: Waiting | undefined, certain: boolean): readonly Noted[] {
  const { memory, primary, at } = look
  const before = known?.log ?? []
  const last = known === undefined ? null : (memory.rhythm?.newest?.createtxg ?? before.at(-1)?.[0] ?? null)
  const after = last === null ? null : BigInt(last)
  const unsure = known === undefined || !certain ? 1 : 0
  const ordered = byCreatetxg(primary.snapshots)
  const fresh: Noted[] = []
  for (let place = ordered.length - 1; place >= 0; place--) {
    const entry = ordered[place]
    if (entry === undefined || (after !== null && entry.createtxg <= after)) break
    if (!look.eligible(entry)) continue
    const seenAt = Math.min(at.witness, memory.firstMissing[entry.guid] ?? at.witness)
    fresh.push([entry.createtxg.toString(), entry.creation, seenAt, unsure])
  }
  return fresh.length === 0 ? before : [...before, ...fresh.reverse()]
}

const isAfter = ([createtxg]: Noted, base: Base): boolean => BigInt(createtxg) > BigInt(base.createtxg)

/**
 * The moment of the first eligible one after this base. Where others may have come and gone before it, they came at the
 * latest one rhythm after the base.
 */
function firstAfter(look: WaitingLook, base: Base, noted: readonly Noted[]): Since | null {
  const { at, comparison, memory, primary } = look
  const after = noted.filter((each) => isAfter(each, base))
  const oldest = comparison?.behind[0]
  const entry = oldest && primary.snapshots.find(({ guid }) => guid === oldest.guid)
  const [logged] = after
  // One that became eligible after a younger one did (its date lay in the future) was never written down.
  if (entry !== undefined && (logged === undefined || entry.createtxg < BigInt(logged[0]))) {
    const seenAt = Math.min(at.witness, memory.firstMissing[entry.guid] ?? at.witness)
    after.unshift([entry.createtxg.toString(), entry.creation, seenAt, 1])
  }
  const [first] = after
  if (first === undefined) return null
  const [, creation, seenAt, unsure] = first
  const believed = after.find((each) => each[1] <= at.primary + FUTURE_SECONDS)?.[1] ?? creation
  const latest = unsure === 1 ? base.creation + rhythmSeconds(look.rhythm) : Number.POSITIVE_INFINITY
  return { creation: Math.min(believed, latest), seenAt }
}

function earliest(one: Moment, other: Moment | null): Moment {
  if (other === null) return one
  return { witness: Math.min(one.witness, other.witness), primary: Math.min(one.primary, other.primary) }
}

function earlier(one: Since | null, other: Since | null): Since | null {
  if (one === null || other === null) return one ?? other
  return { creation: Math.min(one.creation, other.creation), seenAt: Math.min(one.seenAt, other.seenAt) }
}

/** A few before the base, and of those after it the newest one by one and the older ones put together. */
function bounded(noted: readonly Noted[], base: Base | null): readonly Noted[] {
  const first = base === null ? 0 : noted.findIndex((each) => isAfter(each, base))
  const end = first < 0 ? noted.length : first
  const start = Math.max(0, end - BEFORE)
  const before = noted.slice(start, end)
  const after = noted.slice(end)
  const [oldest, ...rest] = before
  // Of what was before the oldest one that is kept nothing is known any more.
  const kept = oldest === undefined || start === 0 ? before : [[oldest[0], oldest[1], oldest[2], 1] as const, ...rest]
  if (after.length <= AFTER) return [...kept, ...after]
  let old: readonly Noted[] = after.slice(0, -AFTER / 2)
  while (old.length > AFTER / 2) old = inPairs(old)
  return [...kept, ...old, ...after.slice(-AFTER / 2)]
}

function inPairs(noted: readonly Noted[]): readonly Noted[] {
  return noted.flatMap((one, index): readonly Noted[] => {
    if (index % 2 === 1) return []
    const other = noted[index + 1]
    if (other === undefined) return [one]
    return [[other[0], Math.min(one[1], other[1]), Math.min(one[2], other[2]), one[3] === 1 || other[3] === 1 ? 1 : 0]]
  })
}

interface Remembered {
  readonly rhythm: Rhythm | undefined
  readonly waiting: Waiting | undefined
}

/**
 * Delay where the two sides were not seen together: counted on from the last look that saw both. What the primary shows
 * alone can only add to it (a backup that is not seen cannot have caught up as far as is known). Of a primary that was
 * not read either, off as planned or not, the next snapshot counts as missing from one rhythm after the base on.
 */
export function countedOnLag(input: JudgeInput, { rhythm, waiting }: Remembered): LagFacts {
  const { last } = input.memory
  const base = baseOf(input, waiting)
  if (last === null && base === null)
    return { delaySeconds: null, oldestMissing: null, lagSeconds: null, snapshots: null }
  const since = waiting?.since ?? null
  const waited = Math.max(
    since === null ? 0 : overdueSeconds(input, since),
    waiting !== undefined || last === null || last.oldestMissingSince === null
      ? 0
      : Math.floor(Math.max(0, input.now - last.oldestMissingSince) / 1000),
  )
  const lagSeconds = base === null ? null : Math.floor(ageSince(input, base))
  const { primary } = input.inventory

  if (primary.state === 'present') {
    const missing = missingOnPrimary(input, primary, waiting?.base ?? null)
    const oldest = missing[0] ?? null
    const delaySeconds = oldest === null ? waited : Math.max(waited, delayOf(input, oldest, waiting))
    return { delaySeconds, oldestMissing: oldest, lagSeconds, snapshots: missing.length }
  }
  return {
    delaySeconds: Math.max(waited, unread(input, base, rhythm)),
    oldestMissing: null,
    lagSeconds,
    snapshots: null,
  }
}

/**
 * How long something has been missing that no one saw. What a look at both sides saw to be complete was so: an archive
 * that has taken no snapshot for a year is not a year behind in the minute in which its primary restarts.
 */
function unread(input: JudgeInput, base: Dated | null, rhythm: Rhythm | undefined): number {
  const { last, waiting } = input.memory
  if (base === null) return last === null ? 0 : Math.floor(Math.max(0, input.now - last.at) / 1000)
  const due = Math.floor(Math.max(0, ageSince(input, base) - rhythmSeconds(rhythm) - input.policy.minAgeSeconds))
  const completeAt =
    waiting === undefined
      ? last !== null && last.behindSnapshots === 0 && last.oldestMissingSince === null
        ? last.at
        : null
      : waiting.clearSince === null
        ? null
        : (rhythm?.lookedAt.witness ?? null)
  // A look from the future says nothing about how long ago it was.
  return completeAt === null || completeAt > input.now
    ? due
    : Math.min(due, Math.floor((input.now - completeAt) / 1000))
}

interface Dated {
  readonly creation: number
  readonly seenAt: number
}

function baseOf({ memory, now }: JudgeInput, waiting: Waiting | undefined): Dated | null {
  if (waiting !== undefined) return waiting.base
  const common = memory.last?.newestCommon ?? null
  return common === null ? null : { creation: common.creation, seenAt: now }
}

/** Eligible snapshots newer than the last known common one, oldest first. */
function missingOnPrimary(input: JudgeInput, primary: PresentSide, base: Waiting['base']): readonly SnapshotRef[] {
  const filter = filterOf(input.policy)
  const now = input.now / 1000 + (input.inventory.primarySkewSeconds ?? 0)
  const eligible = byCreatetxg(primary.snapshots).filter((entry) => isEligible(filter, entry, now))
  const newer = base === null ? eligible : eligible.filter(({ createtxg }) => createtxg > BigInt(base.createtxg))
  return newer.map(toRef)
}
