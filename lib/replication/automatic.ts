import { durationText } from '#lib/text/words.ts'
import { zonedMinute } from '#lib/text/zoned-time.ts'
import { heldForAnother } from './foreign-activity.ts'
import { lostToRetention, renames, SETS_ASIDE, undecided, unprovenBecause, unprovenRename } from './held-back.ts'
import { isReceiving } from './judge/backup.ts'
import type { PlanDraft, PlanInput } from './plan/draft.ts'
import { factsNow } from './plan/expectation.ts'
import { NOT_NOW } from './sentences/below.ts'
import { isDegraded, type SpaceAnswer } from './space.ts'
import { IDLE_LOOKS } from './token.ts'
import { hasGivenUp, nextTryAt, slowTryAt } from './tries.ts'
import type { Automatic, AutomaticCode } from './types/plan.ts'
import type { Reason, ReasonCode } from './types/reason.ts'
import { inRepairWindow, LAST_MINUTES_MS, nextRepairWindow } from './windows.ts'

/** A plan as far as it matters here: one that is being made, or one that was made at the last check. */
type Planned = Pick<PlanDraft, 'kind' | 'blocked' | 'outcome' | 'steps'>

/** What holds a repair back and is no part of its plan: the work and the space of the other repairs. */
export interface Around {
  /** A repair of this dataset that is queued or running already, in words. */
  readonly underWay?: string | null
  /** The dataset above it on the backup has to be repaired first, in words. */
  readonly parent?: string | null
  /** Is there room for it in the target pool? Null or absent: not asked, for its size has not been estimated. */
  readonly room?: SpaceAnswer | null
}

/**
 * May the scheduler run this plan now? Where not, the first thing that speaks against it is said; and where all that
 * does ends by itself, from when it may. A check asks this before it queues a repair and every surface shows it, so what
 * is shown and what is done cannot differ.
 */
export function automatic(input: PlanInput, plan: Planned, around: Around = {}): Automatic {
  const others = [
    underWay(around),
    nothingToRun(plan, input) ?? forbidden(input, plan) ?? inTheWay(plan) ?? needsPerson(input, plan),
    anotherWitness(input, plan),
    paused(input),
    parentFirst(around),
    noRoom(around),
    failing(input, plan),
    belowThreshold(input, plan),
    backingOff(input),
  ].filter((hold) => hold !== null)
  const { now, timezone } = input.options
  const start = others.reduce<number | null>(
    (latest, { until }) => (latest === null || until === null ? null : Math.max(latest, until)),
    now,
  )
  const holds = [...others, outsideWindow(input, plan), noEstimate(around)].filter((hold) => hold !== null)
  const [first] = holds
  if (first === undefined) {
    const because = isBegun(plan)
      ? 'A swap that was begun is finished at any time, whatever `auto_repair` and `repair_window` say.'
      : 'It destroys nothing and policy allows it.'
    return { allowed: true, code: 'ALLOWED', because, from: null, sentence: `Yes, at the next check. ${because}` }
  }
  const opens = start === null ? null : opensAt(input, plan, start)
  return say(first, holds.every(({ until }) => until !== null) ? opens : null, timezone)
}

function underWay({ underWay }: Around): Hold | null {
  return underWay == null ? null : hold('UNDER_WAY', underWay)
}

function nothingToRun(plan: Planned, { verdict, policy }: PlanInput): Hold | null {
  if (plan.kind === 'NOTHING') {
    if (isReceiving(verdict.reasons)) return hold('BUSY', plan.outcome)
    const never = policy.dryRun ? ' `dry_run` is true.' : policy.autoRepair ? '' : ' `auto_repair` is false.'
    return hold('NOTHING_TO_DO', `${plan.outcome}${never}`)
  }
  const because = plan.blocked?.because ?? ''
  if (plan.kind !== 'IMPOSSIBLE') return null
  if (plan.blocked?.code === 'POOL_UNAVAILABLE') return hold('POOL', because)
  const unknown = plan.blocked?.code === 'UNKNOWN_STATE' || plan.blocked?.code === 'INTERNAL'
  return hold(unknown ? 'UNKNOWN_STATE' : 'NEEDS_PERSON', because)
}

/** Half a swap is worse than either of its ends: only what forbids every write (`dry_run: true`, a pause) holds back its rest. */
function isBegun({ kind }: Planned): boolean {
  return kind === 'FINISH_SWAP'
}

function forbidden({ verdict, policy, options }: PlanInput, plan: Planned): Hold | null {
  if (!verdict.looked) return hold('UNKNOWN_STATE', 'The last check did not see both sides.')
  if (policy.dryRun) return hold('DRY_RUN', `\`dry_run: true\` forbids every write${at(options.dryRunAt)}.`)
  if (!policy.autoRepair && !isBegun(plan))
    return hold('AUTO_REPAIR_OFF', '`auto_repair` is false: the plan is offered, not run.')
  return null
}

/** What stands in everyone's way stands in the scheduler's: a run would only say so again at every check. */
function inTheWay({ blocked }: Planned): Hold | null {
  if (blocked === null) return null
  const code = BLOCKED[blocked.code] ?? 'BLOCKED'
  return hold(code, `${blocked.because} ${blocked.cure}`.trim())
}

const BLOCKED: Readonly<Record<string, Hold['code']>> = {
  SET_ASIDE_LIMIT: 'SET_ASIDE_LIMIT',
  UNKNOWN_STATE: 'UNKNOWN_STATE',
  LOW_SPACE: 'SPACE',
  POOL_UNAVAILABLE: 'POOL',
}

/** May be the primary that is wrong, or the backup that is in use: then nothing runs by itself. */
const FOR_A_PERSON: ReadonlySet<ReasonCode> = new Set(['PRIMARY_REPLACED', 'PRIMARY_REWOUND', 'BACKUP_IN_USE'])

function needsPerson(input: PlanInput, plan: Planned): Hold | null {
  const { verdict, inventory, options } = input
  if (plan.kind === 'IN_PLACE') return hold('NEEDS_PERSON', 'It destroys: only a person can run it.')
  const open = undecided(input, plan)
  if (open !== null) return hold('NEEDS_PERSON', `${open} No person has decided that for this backup yet.`)
  const wrong = verdict.reasons.find((each) => FOR_A_PERSON.has(each.code))
  // A swap that was begun is finished whatever the primary looks like: nothing is decided by it any more.
  if (wrong !== undefined && plan.kind !== 'FINISH_SWAP') return hold('NEEDS_PERSON', wrong.message)
  const lostHistory = verdict.reasons.find(({ code }) => code === 'PRIMARY_LOST_HISTORY')
  if (lostHistory !== undefined && (SETS_ASIDE.has(plan.kind) || plan.kind === 'SEED'))
    return hold('NEEDS_PERSON', lostHistory.message)
  const unproven = SETS_ASIDE.has(plan.kind) ? unprovenBecause(input) : renames(plan) ? unprovenRename(input) : null
  if (unproven !== null) return hold('NEEDS_PERSON', unproven)
  if (SETS_ASIDE.has(plan.kind) && options.treeHeld != null) return hold('NEEDS_PERSON', options.treeHeld)
  const lost = lostToRetention(input, plan)
  if (lost !== null) return hold('NEEDS_PERSON', lost)
  const foreign = verdict.reasons.find((each) => each.code === 'BUSY' && !isReceiving([each]))
  if (foreign !== undefined && SETS_ASIDE.has(plan.kind)) return hold('BUSY', foreign.message)
  if ((plan.kind === 'SEED' || plan.kind === 'SET_ASIDE_RESEED') && isDegraded(inventory))
    return hold('POOL', 'A pool is DEGRADED: incrementals go on, a new seed asks first.')
  const touches = plan.kind === 'RESUME' || SETS_ASIDE.has(plan.kind)
  return touches && hasPartial(inventory) && options.ownToken !== true ? leftInPeace(plan, verdict.reasons) : null
}

function hasPartial({ backup }: PlanInput['inventory']): boolean {
  return backup.state === 'present' && backup.facts.receiveResumeToken !== null
}

/** Someone else may be at work on it at this moment, also where the token looks stale from here: it may be of another SAN. */
function leftInPeace({ kind }: Planned, reasons: readonly Reason[]): Hold | null {
  const looks = looksWithoutChange(reasons)
  if (looks >= IDLE_LOOKS) return null
  const what = kind === 'RESUME' ? 'resumed' : 'set aside'
  return hold(
    'BUSY',
    `The partial receive was not started from here; it is ${what} after ${IDLE_LOOKS} checks without a change, an interval apart (${looks} so far).`,
  )
}

function anotherWitness({ verdict: { reasons }, options: { now } }: PlanInput, plan: Planned): Hold | null {
  const until = heldForAnother(reasons, plan.kind === 'FINISH_SWAP')
  if (until === null || now >= until) return null
  const said = reasons.find(({ code }) => code === 'ANOTHER_WITNESS')?.message ?? ''
  return hold('ANOTHER_WITNESS', said, until, said)
}

function looksWithoutChange(reasons: readonly Reason[]): number {
  const looks = reasons.find((each) => each.code === 'PARTIAL_RECEIVE')?.evidence.unchangedLooks
  return typeof looks === 'number' ? looks : 0
}

function paused({ options: { paused, pausedUntil = null, timezone } }: PlanInput): Hold | null {
  if (!paused) return null
  const end = pausedUntil === null ? '' : ` until ${zonedMinute(pausedUntil, timezone)}`
  const said = 'Repairs of this dataset are paused'
  return hold('PAUSED', `${said}${end}.`, pausedUntil, `${said}.`)
}

function parentFirst({ parent }: Around): Hold | null {
  return parent == null ? null : hold('WAITS_FOR_PARENT', parent)
}

function noRoom({ room }: Around): Hold | null {
  return room == null || room.fits || room.ask ? null : hold('SPACE', room.sentence)
}

/** The size was asked for and not answered: a person may decide that it fits. */
function noEstimate({ room }: Around): Hold | null {
  return room?.ask === true ? hold('NO_ESTIMATE', room.sentence) : null
}

function failing({ options, inventory, comparison, mapping }: PlanInput, { kind }: Planned): Hold | null {
  const { repairs, now, timezone } = options
  if (!hasGivenUp(repairs, { kind, facts: factsNow(inventory, comparison) })) return null
  const next = slowTryAt(repairs, mapping.id, now)
  if (next === null) return null
  const said = `The last two repairs failed in the same way: ${repairs.last?.message ?? ''}`.trim()
  return hold('REPAIR_FAILING', `${said} The next try is at ${zonedMinute(next, timezone)}.`, next, said)
}

/** Reasons of a chain that is not whole, or about to end: a repair is due whatever the delay. */
const CHAIN: ReadonlySet<ReasonCode> = new Set([
  'NAME_CLASH',
  'BACKUP_MODIFIED',
  'BACKUP_AHEAD',
  'PARTIAL_RECEIVE',
  'BASE_IS_BOOKMARK',
  'CHAIN_AT_RISK',
  'RECOVERY_POINT_OLD',
])
const CHAIN_ENDED: ReadonlySet<ReasonCode> = new Set(['HALF_DONE_SWAP', 'BACKUP_DATASET_MISSING', 'NO_COMMON_SNAPSHOT'])

/**
 * A repair starts for what it can cure: the delay, or the chain. A clock that is off, a degraded pool, a primary that takes
 * no snapshots are worth an alarm, and no reason to send earlier.
 */
function belowThreshold({ verdict, policy, options }: PlanInput, plan: Planned): Hold | null {
  // Seldom up: whatever is missing is sent while it is.
  if (policy.repairWhen === 'behind' || options.seldomOnline === true) return null
  const broken = policy.repairWhen === 'broken'
  const due = verdict.reasons.some(
    ({ code, severity }) => severity !== 'NOTE' && (CHAIN_ENDED.has(code) || (!broken && CHAIN.has(code))),
  )
  // A new child is seeded by itself from its first check on, whatever its grace makes of its status.
  const isNew = plan.kind === 'SEED' || verdict.reasons.some(({ code }) => code === 'NEW_CHILD')
  if (due || isNew) return null
  const limit = broken ? policy.maxDelaySeconds : policy.warnDelaySeconds
  const { delaySeconds, lagSeconds, behind, judgedAt, chainRiskFrom = null } = verdict
  const threshold = `${durationText(limit)} (\`repair_when: ${policy.repairWhen}\`)`
  const rule = `repairs start by themselves once that is more than ${threshold}.`
  if (delaySeconds === null || behind === null || behind.snapshots === 0)
    return hold('BELOW_THRESHOLD', `It is not known to be behind; ${rule}`)
  const since = Math.min(judgedAt, options.now)
  const passes = since + (limit - delaySeconds + 1) * 1000
  const moments = [{ at: passes, why: rule }]
  // What would be a reason of the chain before that.
  if (!broken && chainRiskFrom !== null)
    moments.push({ at: chainRiskFrom, why: `the chain may be at risk before that is more than ${threshold}.` })
  const oldest = policy.maxRecoveryPointSeconds
  if (!broken && oldest !== null && lagSeconds !== null)
    moments.push({
      at: since + (oldest - lagSeconds + 1) * 1000,
      why: `its recovery point is too old (\`max_recovery_point_hours\`) before that is more than ${threshold}.`,
    })
  const first = moments.reduce((earliest, each) => (each.at < earliest.at ? each : earliest))
  if (options.now >= first.at) return null
  return hold('BELOW_THRESHOLD', `It is ${durationText(delaySeconds)} behind; ${first.why}`, first.at)
}

function backingOff({ options, mapping }: PlanInput): Hold | null {
  const next = nextTryAt(options.repairs, mapping.id, options.now)
  if (next === null || options.now >= next) return null
  const when = zonedMinute(next, options.timezone)
  return hold('BACKING_OFF', `The last repair failed; the next try starts at ${when}.`, next, 'The last repair failed.')
}

function outsideWindow(input: PlanInput, plan: Planned): Hold | null {
  const { now, timezone } = input.options
  const { repairWindow: window } = input.policy
  if (isBegun(plan)) return null
  const opens = opensAt(input, plan, now)
  if (opens === now || window === null) return null
  if (inRepairWindow(window, now, timezone)) {
    const because = 'The repair window ends in less than five minutes; no swap begins in them.'
    return hold('WAITING_FOR_WINDOW', because, opens)
  }
  const when = opens === null ? '' : `, next from ${zonedMinute(opens, timezone)}`
  // The words of the reason of that code.
  const said = `Repairs wait for their window (${window.text}`
  return hold('WAITING_FOR_WINDOW', `${said}${when}).`, opens, `${said}).`)
}

/** The first moment from `at` on at which the repair window lets this plan start. */
function opensAt({ policy: { repairWindow }, options: { timezone } }: PlanInput, plan: Planned, at: number) {
  if (isBegun(plan)) return at
  const wanted = swaps(plan) && inRepairWindow(repairWindow, at, timezone) ? at + LAST_MINUTES_MS : at
  return inRepairWindow(repairWindow, wanted, timezone) ? at : nextRepairWindow(repairWindow, wanted, timezone)
}

function swaps({ steps }: Planned): boolean {
  return steps.some((step) => step.kind === 'commands' && step.role === 'swap')
}

function at(place: string | null | undefined): string {
  return place == null ? '' : ` (${place})`
}

/** Something that holds a repair back. */
interface Hold {
  readonly code: Exclude<AutomaticCode, 'ALLOWED'>
  readonly because: string
  /** Epoch ms at which it ends by itself; null: that is not known. */
  readonly until: number | null
  /** `because` without that moment, for where it has just been said. */
  readonly undated: string
}

function hold(code: Hold['code'], because: string, until: number | null = null, undated = because): Hold {
  return { code, because, until, undated }
}

/** `from`: epoch ms at which all that holds it back has ended. */
function say({ code, because, until, undated }: Hold, from: number | null, timezone: string): Automatic {
  const said = { allowed: false, code, because, from }
  if (code === 'NOTHING_TO_DO' || code === 'UNDER_WAY') return { ...said, sentence: because }
  if (from === null) return { ...said, sentence: `${NOT_NOW} ${because}` }
  const when = zonedMinute(from, timezone)
  const rest = until !== null && zonedMinute(until, timezone) === when ? undated : because
  return { ...said, sentence: `By itself from ${when}. ${rest}` }
}
