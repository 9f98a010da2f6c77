import { SETS_ASIDE } from '#lib/replication/held-back.ts'
import { halfDoneSwap } from '#lib/replication/swap.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import { sayBytes, sayDuration } from '#lib/replication/words.ts'
import { assess } from './assess.ts'
import type { Assessment, EngineContext } from './context.ts'
import type { StepFault } from './ports.ts'
import type { RepairOrder } from './prepare.ts'
import { failed, withWarnings } from './run-end.ts'
import type { RunEnd, RunWriter } from './run-writer.ts'

/**
 * Success is what a new look at both sides says, never an exit code. Answers a fault where there was no look: nothing is
 * known then, and another try begins with one.
 */
export async function conclude(
  context: EngineContext,
  order: RepairOrder,
  writer: RunWriter,
  plan: Plan,
  warnings: readonly string[],
  signal: AbortSignal,
): Promise<RunEnd | StepFault> {
  await writer.phase('verifying')
  const all = await assess(context, [order.dataset], { mode: 'fresh', runId: order.runId, estimates: 'behind', signal })
  const assessment = all.find((each) => each.dataset.id === order.dataset.id)
  const { primary, backup } = order.dataset.mapping
  if (assessment === undefined) throw new Error(`The run of ${order.dataset.id} had nothing to verify.`)
  const sent = plan.steps.findLast((step) => step.kind === 'transfer')?.target ?? null
  const target = sent ?? assessment.comparison?.base ?? null
  const side = assessment.inventory.backup
  if (side.state !== 'present' && side.state !== 'missing') {
    const message = `Every command ended well, but ${backup.host} could not be read afterwards, so nothing is proved yet: ${assessment.verdict.reason.message}`
    return { kind: 'not-verified', host: backup.host, message, stderrTail: '', retryable: true }
  }
  if (side.state === 'missing') {
    const message = `Every command ended well, but ${backup.host} has no ${backup.dataset} afterwards.`
    return failed({ kind: 'not-verified', host: backup.host, message, stderrTail: '', retryable: false }, null, 1)
  }
  if (target === null || (sent === null && isStillInTheWay(assessment))) {
    const message = `Every command ended well, but ${backup.dataset} on ${backup.host} still does not follow ${primary.dataset}: ${assessment.verdict.reason.message}`
    return failed({ kind: 'not-verified', host: backup.host, message, stderrTail: '', retryable: false }, null, 1)
  }
  if (!side.snapshots.some((snapshot) => snapshot.guid === target.guid)) {
    const message = `Both ends reported success, but ${backup.dataset} on ${backup.host} does not hold @${target.name} (guid ${target.guid}).`
    return failed({ kind: 'not-verified', host: backup.host, message, stderrTail: '', retryable: false }, null, 1)
  }
  const half = halfDoneSwap(assessment.inventory)
  if (half !== null) {
    const message = `Every command ended well, but something was made or changed on ${backup.host} meanwhile, so the swap is not whole (${half.state}: ${half.datasets.join(', ')}).`
    return { kind: 'not-verified', host: backup.host, message, stderrTail: '', retryable: true }
  }
  // What a person had repaired by this primary is the one to follow from now on.
  if (!order.automatic) await context.adoptPrimary(assessment)
  const run = writer.run
  const took = sayDuration((context.deps.now() - (run.startedAt ?? run.queuedAt)) / 1000)
  const arrived = count(plan, assessment)
  const kept = plan.setAside === null ? '' : ` Kept: ${plan.setAside.name}.`
  const outcome = `${backup.host} matches ${primary.host} up to @${target.name}: ${arrived} ${arrived === 1 ? 'snapshot' : 'snapshots'}, ${sayBytes(run.bytes)} in ${took}.${kept}`
  const told = [...warnings, ...missing(plan, assessment)]
  return told.length === 0 ? { state: 'SUCCEEDED', outcome } : withWarnings(outcome, told)
}

/** What the plan was to move out of the way. */
function isStillInTheWay({ plan }: Assessment): boolean {
  return SETS_ASIDE.has(plan.kind) || plan.kind === 'FINISH_SWAP'
}

function count(plan: Plan, assessment: Assessment): number {
  return expected(plan).filter((guid) => holds(assessment, guid)).length
}

/** Snapshots between base and target that went away on the primary while the stream was made. */
function missing(plan: Plan, assessment: Assessment): readonly string[] {
  const lost = expected(plan).filter((guid) => !holds(assessment, guid))
  return lost.length === 0
    ? []
    : [`${lost.length} of the planned snapshots did not arrive: they were gone from the primary by then.`]
}

function expected(plan: Plan): readonly string[] {
  return [...new Set(plan.steps.flatMap((step) => (step.kind === 'transfer' ? step.arrives : [])))]
}

function holds(assessment: Assessment, guid: string): boolean {
  const side = assessment.inventory.backup
  return side.state === 'present' && side.snapshots.some((snapshot) => snapshot.guid === guid)
}
