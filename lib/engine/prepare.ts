import { SETS_ASIDE, sentReadable, undecided } from '#lib/replication/held-back.ts'
import { adoptPrimary } from '#lib/replication/memory.ts'
import { whatChanged } from '#lib/replication/plan/stale.ts'
import { withGuards } from '#lib/replication/plan/transfer.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { Assessor } from './assess.ts'
import type { Assessment, Knowledge } from './knowledge.ts'
import type { Monitored } from './monitored.ts'
import type { StepFault } from './ports.ts'
import { type Bookings, bookRoom, roomFor } from './room.ts'
import { blocked, failed, type RunEnd } from './run-record.ts'

/** A repair that a person asked for, or that policy started. */
export interface RepairOrder {
  readonly runId: number
  readonly dataset: Monitored
  /** The plan that a person was shown and chose; null: whatever is right at the moment it runs. */
  readonly shown: Plan | null
  /** The person typed the backup dataset's name: `shown` may destroy what it names. */
  readonly confirmed: boolean
  /** Started by policy: it must still be allowed when its turn comes. */
  readonly automatic: boolean
}

export type Prepared =
  | { readonly kind: 'go'; readonly plan: Plan; readonly assessment: Assessment }
  | { readonly kind: 'end'; readonly end: RunEnd }
  /** A side could not be read; perhaps it can a little later. */
  | { readonly kind: 'unread'; readonly fault: StepFault }

interface PrepareBy {
  readonly assessor: Assessor
  readonly knowledge: Knowledge
  readonly bookings: Bookings
}

/** Reads both sides again in full, and decides what runs, if anything. `carriesOn`: an earlier try of this run moved something. */
export async function prepare(
  { assessor, knowledge, bookings }: PrepareBy,
  order: RepairOrder,
  carriesOn: boolean,
  signal: AbortSignal,
): Promise<Prepared> {
  const assessment = await assessor.fresh(order.dataset, { runId: order.runId, estimates: 'all', signal })
  if (assessment === null) throw new Error(`The look at ${order.dataset.id} did not answer for it.`)
  if (!assessment.verdict.looked) return { kind: 'unread', fault: unread(assessment) }
  const plan = chosen(order, assessment, carriesOn)
  if (typeof plan === 'string')
    return end(
      blocked(
        'PLAN_STALE',
        `The plan no longer matches the SANs: ${plan} Nothing${carriesOn ? ' more' : ''} was changed; preview the repair again.`,
      ),
    )
  // Also a person's, where what was shown did not say it.
  if (plan.decrypts !== undefined && order.shown?.decrypts === undefined) {
    const because = undecided(assessment.planInput, plan)
    if (because !== null) {
      const cure = 'No person has decided that for this backup yet: preview the repair, and start it from there.'
      return end(blocked(order.automatic ? 'NEEDS_PERSON' : 'CONFIRMATION_REQUIRED', `${because} ${cure}`))
    }
  }
  // The plan of a check was made without asking what the logins may do.
  const { blocked: denied } = assessment.plan
  if (denied?.code === 'PERMISSION_MISSING' && assessment.plan.kind === plan.kind && plan.blocked === null)
    return end(failed(missingRight(order, denied), null, 1))
  if (order.dataset.config.policy.dryRun)
    return end(
      blocked(
        'POLICY_FORBIDS',
        `dry_run is true for this dataset (${where(order)}), so nothing is written to either SAN.`,
      ),
    )
  if (plan.destroys.length > 0 && !order.confirmed)
    return end(blocked('CONFIRMATION_REQUIRED', 'This plan would destroy snapshots, and nobody confirmed that.'))
  // A receive that is not ours: that nothing is to be done now does not say that nothing is missing.
  if (plan.kind === 'NOTHING' && plan.automatic.code === 'BUSY') return end(blocked('BUSY', plan.outcome))
  if (plan.kind === 'NOTHING') {
    // Whoever asks for a repair by this primary has said that it is the one to follow, also where nothing is to be sent.
    if (!order.automatic) await followFromNowOn(knowledge, assessment)
    return end({ state: 'NO_CHANGE', outcome: plan.outcome })
  }
  if (plan.blocked?.code === 'PERMISSION_MISSING') return end(failed(missingRight(order, plan.blocked), null, 1))
  if (plan.blocked !== null)
    return end(blocked(plan.blocked.code, `${plan.blocked.because} ${plan.blocked.cure}`.trim()))
  if (order.automatic && !plan.automatic.allowed) return end(blocked(plan.automatic.code, plan.automatic.because))
  const room = book(bookings, order, plan, assessment)
  return room === null ? { kind: 'go', plan, assessment } : end(blocked('LOW_SPACE', room))
}

/** The plan to run, or in words what changed since it was shown. A try that goes on after a cut follows the SANs. */
function chosen(order: RepairOrder, assessment: Assessment, carriesOn: boolean): Plan | string {
  if (order.shown === null) return assessment.plan
  // A try that was cut goes on from what is there; but who chose to destroy did not choose to set aside, nor the reverse.
  const otherWay = order.shown.kind === 'IN_PLACE' && SETS_ASIDE.has(assessment.plan.kind)
  if (carriesOn && !otherWay) return assessment.plan
  if ((order.shown.decrypts === undefined) !== (sentReadable(assessment.planInput, order.shown) === null))
    return 'Whether it is sent decrypted has changed.'
  return (
    whatChanged(order.shown.expects, assessment.inventory, assessment.comparison) ?? asOfNow(order.shown, assessment)
  )
}

/** What a stream may not bring is read right before it is sent; a plan that a check made does not know it. */
function asOfNow(shown: Plan, { planInput }: Assessment): Plan {
  return shown.checks.length === 0 ? withGuards(shown, planInput) : shown
}

/** What a person repaired by this primary is the one to follow from now on: PRIMARY_REPLACED and PRIMARY_REWOUND end. */
export async function followFromNowOn(
  knowledge: Knowledge,
  { dataset, inventory, comparison, input: { policy, now } }: Assessment,
): Promise<void> {
  await knowledge.learn(dataset, (memory) => adoptPrimary(memory, { inventory, comparison, policy, now }))
}

/** Books the space; answers null, or why it does not fit. */
function book(bookings: Bookings, order: RepairOrder, plan: Plan, assessment: Assessment): string | null {
  const answer = roomFor(bookings, order.dataset, plan, assessment.inventory, order.runId)
  // Without an estimate it is not known whether it fits: a person may decide that, the scheduler may not.
  if (!answer.fits && !(answer.ask && !order.automatic)) return answer.sentence
  bookRoom(bookings, order.dataset, plan, order.runId, assessment.inventory)
  return null
}

/** As if ZFS had refused it, but before a byte moved: the dataset says so until a person has cured it. */
function missingRight({ dataset }: RepairOrder, { because, cure }: NonNullable<Plan['blocked']>): StepFault {
  const message = `${because} ${cure}`.trim()
  return { kind: 'permission-denied', host: dataset.mapping.backup.host, message, stderrTail: '', retryable: false }
}

function unread(assessment: Assessment): StepFault {
  const { primary, backup, mapping } = assessment.inventory
  const fault = primary.state === 'unknown' ? primary.fault : backup.state === 'unknown' ? backup.fault : null
  return {
    kind: fault?.kind ?? 'unknown',
    message: assessment.verdict.reason.message,
    host: fault?.host ?? mapping.backup.host,
    stderrTail: fault?.message ?? '',
    retryable: fault?.retryable ?? true,
  }
}

function where({ dataset }: RepairOrder): string {
  const { at, dryRunLine } = dataset.config
  return `${at.file} line ${dryRunLine ?? at.line}`
}

function end(end: RunEnd): Prepared {
  return { kind: 'end', end }
}
