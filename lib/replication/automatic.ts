import { hasGivenUp, nextTryAt } from './backoff.ts'
import { isReceiving } from './judge/partial.ts'
import { SETS_ASIDE, unprovenBecause } from './lineage.ts'
import type { PlanDraft, PlanInput } from './plan/draft.ts'
import { isDegraded } from './pool-health.ts'
import { inRepairWindow, LAST_MINUTES_MS, nextRepairWindow } from './repair-window.ts'
import { IDLE_LOOKS } from './token.ts'
import type { Health, Plan, Reason, ReasonCode } from './types.ts'
import { sayTime } from './words.ts'

type Answer = Plan['automatic']

/** May be the primary that is wrong, or the backup that is in use: then nothing runs by itself. */
const FOR_A_PERSON: ReadonlySet<ReasonCode> = new Set(['PRIMARY_REPLACED', 'PRIMARY_REWOUND', 'BACKUP_IN_USE'])

/** May the scheduler run this plan now? The first thing that speaks against it is said. */
export function automatic(input: PlanInput, draft: PlanDraft): Answer {
  const no = nothingToRun(draft, input) ?? forbidden(input) ?? needsPerson(input, draft) ?? notNow(input, draft)
  return no ?? { allowed: true, code: 'ALLOWED', because: 'It destroys nothing and policy allows it.' }
}

function nothingToRun(draft: PlanDraft, { verdict }: PlanInput): Answer | null {
  if (draft.kind === 'NOTHING') {
    return deny(isReceiving(verdict.reasons) ? 'BUSY' : 'NOTHING_TO_DO', draft.outcome)
  }
  const because = draft.blocked?.because ?? ''
  if (draft.kind !== 'IMPOSSIBLE') return null
  if (draft.blocked?.code === 'POOL_UNAVAILABLE') return deny('POOL', because)
  return deny(draft.blocked?.code === 'UNKNOWN_STATE' ? 'UNKNOWN_STATE' : 'NEEDS_PERSON', because)
}

function forbidden({ verdict, policy, options }: PlanInput): Answer | null {
  if (!verdict.looked) return deny('UNKNOWN_STATE', 'The last check did not see both sides.')
  if (policy.dryRun) return deny('DRY_RUN', `\`dry_run: true\` forbids every write${at(options.dryRunAt)}.`)
  if (options.paused) return deny('PAUSED', 'Repairs of this dataset are paused.')
  if (!policy.autoRepair) return deny('AUTO_REPAIR_OFF', '`auto_repair` is false: the plan is offered, not run.')
  return null
}

function needsPerson(input: PlanInput, draft: PlanDraft): Answer | null {
  const { verdict, inventory, options } = input
  if (draft.kind === 'IN_PLACE') return deny('NEEDS_PERSON', 'It destroys: only a person can run it.')
  const wrong = verdict.reasons.find((each) => FOR_A_PERSON.has(each.code))
  // A swap that was begun is finished whatever the primary looks like: nothing is decided by it any more.
  if (wrong !== undefined && draft.kind !== 'FINISH_SWAP') return deny('NEEDS_PERSON', wrong.message)
  const unproven = SETS_ASIDE.has(draft.kind) ? unprovenBecause(input) : null
  if (unproven !== null) return deny('NEEDS_PERSON', unproven)
  if (SETS_ASIDE.has(draft.kind) && options.treeHeld != null) return deny('NEEDS_PERSON', options.treeHeld)
  const foreign = verdict.reasons.find((each) => each.code === 'BUSY' && !isReceiving([each]))
  if (foreign !== undefined && SETS_ASIDE.has(draft.kind)) return deny('BUSY', foreign.message)
  if ((draft.kind === 'SEED' || draft.kind === 'SET_ASIDE_RESEED') && isDegraded(inventory))
    return deny('POOL', 'A pool is DEGRADED: incrementals go on, a new seed asks first.')
  if (draft.kind === 'RESUME' && options.ownToken !== true) {
    const looks = quietLooks(verdict.reasons)
    if (looks < IDLE_LOOKS) {
      return deny(
        'BUSY',
        `The partial receive was not started from here; it is resumed after ${IDLE_LOOKS} checks without a change (${looks} so far).`,
      )
    }
  }
  return null
}

function quietLooks(reasons: readonly Reason[]): number {
  const looks = reasons.find((each) => each.code === 'PARTIAL_RECEIVE')?.evidence.unchangedLooks
  return typeof looks === 'number' ? looks : 0
}

function notNow({ verdict, policy, options, mapping }: PlanInput, draft: PlanDraft): Answer | null {
  // A new child is seeded by itself from its first check on, whatever its grace makes of its status.
  const isNew = verdict.reasons.some(({ code }) => code === 'NEW_CHILD')
  if (!isNew && !isBadEnough(verdict.health, policy.repairWhen)) {
    return deny(
      'BELOW_THRESHOLD',
      `The status is ${verdict.health}; repairs start by themselves from ${policy.repairWhen.toUpperCase()} on (\`repair_when\`).`,
    )
  }
  if (hasGivenUp(options.repairs)) {
    return deny(
      'REPAIR_FAILING',
      `The last two repairs failed in the same way: ${options.repairs.last?.message ?? ''}`.trim(),
    )
  }
  const next = nextTryAt(options.repairs, mapping.id)
  if (next !== null && options.now < next)
    return deny('BACKING_OFF', `The last repair failed; the next try starts at ${sayTime(next, options.timezone)}.`)
  if (!inRepairWindow(policy.repairWindow, options.now, options.timezone)) {
    const opens = nextRepairWindow(policy.repairWindow, options.now, options.timezone)
    const when = opens === null ? '' : `, next from ${sayTime(opens, options.timezone)}`
    return deny('WAITING_FOR_WINDOW', `Repairs start only in their window (${policy.repairWindow?.text ?? ''}${when}).`)
  }
  if (swaps(draft) && !inRepairWindow(policy.repairWindow, options.now + LAST_MINUTES_MS, options.timezone))
    return deny('WAITING_FOR_WINDOW', 'The repair window ends in less than five minutes; no swap begins in them.')
  return null
}

function swaps({ steps }: PlanDraft): boolean {
  return steps.some((step) => step.kind === 'commands' && step.role === 'swap')
}

function isBadEnough(health: Health, from: 'behind' | 'warning' | 'broken'): boolean {
  if (from === 'behind' || health === 'BROKEN') return true
  return from === 'warning' && health === 'WARNING'
}

function at(place: string | null | undefined): string {
  return place == null ? '' : ` (${place})`
}

function deny(code: Answer['code'], because: string): Answer {
  return { allowed: false, code, because }
}
