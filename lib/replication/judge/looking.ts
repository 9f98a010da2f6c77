import { reason, worstFirst } from '../sentences/reasons.ts'
import type { LookFault, Mapping } from '../types/inventory.ts'
import type { Health, Json, Reason, ReasonCode } from '../types/reason.ts'
import type { Availability, Verdict } from '../types/verdict.ts'
import { wordsFor } from '../words.ts'
import type { JudgeContext } from './context.ts'
import { delayReason, recoveryPointRule } from './lag.ts'

/** Judged anew from the delay as it is counted on; every other reason stays as it was last seen. */
const BY_DELAY: ReadonlySet<ReasonCode> = new Set([
  'LAG_CRITICAL',
  'LAGGING',
  'WITHIN_POLICY',
  'UP_TO_DATE',
  'RECOVERY_POINT_OLD',
])
/** Said of this check by the hosts themselves. */
const BY_HOST: ReadonlySet<ReasonCode> = new Set([
  'WINDOW_MISSED',
  'BUSY',
  'WAITING_FOR_WINDOW',
  'HOST_OFFLINE_PLANNED',
])

/**
 * A check that could not look at both sides neither fires nor clears anything. What was wrong stays wrong, marked with
 * when it was seen; the reason for not looking makes the rest UNKNOWN (it outranks WARNING), except that the delay is
 * counted on and may pass the maximum. Hosts that are off as planned leave the last status and count the delay on.
 */
export function unreachableReasons(context: JudgeContext): readonly Reason[] {
  const { last } = context.input.memory
  const hosts = hostReasons(context)
  if (last === null) return [...hosts, ...neverChecked(context, hosts)]

  const kept = last.reasons.filter((each) => !BY_DELAY.has(each.code) && !BY_HOST.has(each.code))
  const byDelay = unseenSides(context).every(isPlanned) ? plannedDelay(context) : unplannedDelay(context)
  return [...kept.map((each) => lastSeen(context, each, last.at)), ...byDelay, ...hosts]
}

/** Off as planned and never seen is no status: then the dataset simply was not checked. */
function neverChecked({ reason, input }: JudgeContext, hosts: readonly Reason[]): readonly Reason[] {
  if (hosts.some((each) => each.severity === 'UNKNOWN')) return []
  return [
    reason('NOT_CHECKED', {
      host: input.mapping.backup.host,
      kind: 'never',
      message: '',
      lastLookAt: null,
      lastHealth: null,
    }),
  ]
}

function plannedDelay(context: JudgeContext): readonly Reason[] {
  if (!hadBase(context)) return []
  const delay = delayReason(context, 0)
  return [...(delay === null ? [] : [delay]), ...recoveryPointRule(context)]
}

/** Only the limit itself can be passed unseen; a LAGGING that was seen stays what it was. */
function unplannedDelay(context: JudgeContext): readonly Reason[] {
  const { last } = context.input.memory
  const seen = (last?.reasons ?? []).filter((each) => BY_DELAY.has(each.code) && each.severity !== 'HEALTHY')
  const { delaySeconds } = context.lag
  const overdue = delaySeconds !== null && delaySeconds > context.input.policy.maxDelaySeconds
  const fired = overdue && last !== null && hadBase(context) ? delayReason(context, 0) : null
  if (fired === null) return seen.map((each) => lastSeen(context, each, last?.at ?? context.input.now))
  return [fired, ...seen.filter((each) => each.code === 'RECOVERY_POINT_OLD')]
}

/** Was there something in common at the last look, be it a bookmark? Without it there is no delay to speak of. */
function hadBase({ input, waiting }: JudgeContext): boolean {
  const { last } = input.memory
  if (last?.reasons.some(({ code }) => code === 'NO_COMMON_SNAPSHOT' || code === 'BACKUP_DATASET_MISSING')) return false
  return last?.newestCommon != null || waiting?.base != null
}

function lastSeen({ words }: JudgeContext, reason: Reason, at: number): Reason {
  const evidence: { readonly [key: string]: Json } = { ...reason.evidence, lastSeenAt: at }
  return { ...reason, message: `${reason.message} Last seen ${words.time(at)}.`, evidence }
}

/** A side that could not be looked at. */
interface Unseen {
  readonly fault: LookFault
  readonly availability: Availability
  readonly role: 'primary' | 'backup'
}

function unseenSides({ input }: JudgeContext): readonly Unseen[] {
  const { primary, backup } = input.inventory
  return [
    ...(primary.state === 'unknown'
      ? [{ fault: primary.fault, availability: input.primaryAvailability, role: 'primary' as const }]
      : []),
    ...(backup.state === 'unknown'
      ? [{ fault: backup.fault, availability: input.backupAvailability, role: 'backup' as const }]
      : []),
  ]
}

/** Only silence is planned: a refused key or another host key is a fault at any hour. */
function isPlanned({ fault, availability }: Unseen): boolean {
  return availability.kind === 'planned-off' && fault.reason === 'HOST_UNREACHABLE'
}

/** The reasons for not having looked, one per host. */
function hostReasons(context: JudgeContext): readonly Reason[] {
  const reasons = unseenSides(context).flatMap((side) => [hostReason(context, side), ...missedWindows(context, side)])
  const seen = new Set<string>()
  // Both sides on one host, or the witness alone: one sentence, not two.
  return reasons.filter((each) => {
    const key = each.code === 'WITNESS_ISOLATED' ? each.code : `${each.code} ${String(each.evidence.host)}`
    return !seen.has(key) && seen.add(key)
  })
}

function hostReason({ input, reason }: JudgeContext, side: Unseen): Reason {
  const { fault } = side
  const last = input.memory.last
  const lastLookAt = last?.at ?? null
  const lastHealth = last?.health ?? null
  if (isPlanned(side)) {
    const lastSeenAt = side.role === 'backup' ? (input.memory.backupSeenAt ?? lastLookAt) : lastLookAt
    return reason('HOST_OFFLINE_PLANNED', {
      host: fault.host,
      backAt: side.availability.backAt,
      lastSeenAt,
      lastHealth,
    })
  }
  if (input.isolated && fault.reason === 'HOST_UNREACHABLE')
    return reason('WITNESS_ISOLATED', { lastLookAt, lastHealth })
  if (fault.reason === 'LISTING_TIMED_OUT') {
    const { host, message, setting = null } = fault
    return reason('LISTING_TIMED_OUT', { host, message, setting, lastLookAt, lastHealth })
  }
  if (fault.reason === 'INTERNAL')
    return reason('INTERNAL', { number: fault.number ?? '0', message: fault.message, lastLookAt, lastHealth })
  return reason(fault.reason, { host: fault.host, kind: fault.kind, message: fault.message, lastLookAt, lastHealth })
}

function missedWindows({ input, reason }: JudgeContext, { fault, availability }: Unseen): readonly Reason[] {
  if (fault.reason !== 'HOST_UNREACHABLE' || availability.missedWindows === 0) return []
  const evidence = {
    host: fault.host,
    windows: availability.missedWindows,
    lastSeenAt: input.memory.backupSeenAt,
    backAt: availability.backAt,
  }
  return [reason('WINDOW_MISSED', evidence)]
}

/** A schedule may slip once; from the second interval on nothing has been checked. */
const INTERVALS = 2
/** A clock is corrected by that much at any time. */
const AHEAD_MS = 60_000

/** The schedule of checks, as it is at the moment of asking. */
export interface Cadence {
  /** Seconds between the scheduled checks before and after this moment. */
  readonly intervalSeconds: number
  /** When (epoch ms) the second scheduled check after that moment is due. Absent: two intervals after it. */
  readonly secondDueAfter?: (then: number) => number
}

/**
 * Was the last check too long ago? Epoch ms. A check that could not look is a check all the same. One from the future was
 * made by a clock that was ahead: how old it is cannot be known, so it is never fresh.
 */
export function isStale(judgedAt: number, now: number, { intervalSeconds, secondDueAfter }: Cadence): boolean {
  if (isAhead(judgedAt, now)) return true
  if (now - judgedAt <= INTERVALS * intervalSeconds * 1000) return false
  // On a Monday morning the interval is short again, and the last check rightly one of Friday.
  return secondDueAfter === undefined || now >= secondDueAfter(judgedAt)
}

function isAhead(judgedAt: number, now: number): boolean {
  return judgedAt - now > AHEAD_MS
}

interface Reading extends Cadence {
  readonly mapping: Mapping
  readonly now: number
  readonly timezone: string
}

/** The verdict as it must be shown now: too old a check says nothing good any more; what was BROKEN stays so. */
export function atReading(verdict: Verdict, reading: Reading): Verdict {
  const { mapping, now, intervalSeconds, timezone } = reading
  if (!isStale(verdict.judgedAt, now, reading)) return verdict
  const stale = reason(wordsFor(mapping, timezone), 'STALE_CHECK', {
    ageSeconds: Math.max(0, Math.floor((now - verdict.judgedAt) / 1000)),
    aheadAt: isAhead(verdict.judgedAt, now) ? verdict.judgedAt : null,
    intervalSeconds,
    lastHealth: verdict.health,
  })
  const kept = verdict.reasons.filter((each) => each.severity !== 'HEALTHY')
  const reasons = worstFirst([stale, ...kept])
  const health: Health = verdict.health === 'BROKEN' ? 'BROKEN' : 'UNKNOWN'
  return { ...verdict, health, reason: reasons[0] ?? stale, reasons }
}
