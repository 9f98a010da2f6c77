import type { Json, Reason, ReasonCode } from '../types.ts'
import type { JudgeContext } from './context.ts'
import { hostReasons, isPlanned, unseenSides } from './hosts.ts'
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
export function unlookedReasons(context: JudgeContext): readonly Reason[] {
  const { last } = context.input.memory
  const hosts = hostReasons(context)
  if (last === null) return [...hosts, ...neverChecked(context, hosts)]

  const kept = last.reasons.filter((each) => !BY_DELAY.has(each.code) && !BY_HOST.has(each.code))
  const byDelay = unseenSides(context).every(isPlanned) ? plannedDelay(context) : unplannedDelay(context)
  return [...kept.map((each) => lastSeen(context, each, last.at)), ...byDelay, ...hosts]
}

/** Off as planned and never seen is no status: then the dataset simply was not checked. */
function neverChecked({ tell, input }: JudgeContext, hosts: readonly Reason[]): readonly Reason[] {
  if (hosts.some((each) => each.severity === 'UNKNOWN')) return []
  return [
    tell('NOT_CHECKED', {
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
