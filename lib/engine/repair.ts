import { streamOf } from '#lib/replication/encryption.ts'
import { SETS_ASIDE } from '#lib/replication/held-back.ts'
import { halfDoneSwap } from '#lib/replication/swap.ts'
import type { Inventory } from '#lib/replication/types/inventory.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import { bytesText, counted, durationText } from '#lib/text/words.ts'
import type { Assessor } from './assess.ts'
import type { Assessment, Knowledge } from './knowledge.ts'
import type { Monitored } from './monitored.ts'
import type { EngineDeps, StepFault } from './ports.ts'
import { followFromNowOn, type Prepared, prepare, type RepairOrder } from './prepare.ts'
import { type Attempt, hasRole, type PlanEnd, runPlan, sentence } from './run-plan.ts'
import { endOf, failed, type RunEnd, type RunWriter, withWarnings } from './run-record.ts'
import type { Underway } from './underway.ts'

export interface RepairBy {
  readonly deps: EngineDeps
  readonly knowledge: Knowledge
  readonly underway: Underway
  readonly assessor: Assessor
}

/**
 * One repair, from the second look to the last: read both sides, take the plan, run its steps, read both sides again.
 * A fault that another try may cure is tried again from a new look (what arrived is kept and resumed), never by running
 * the same command again.
 */
export async function repair(
  by: RepairBy,
  asked: RepairOrder,
  writer: RunWriter,
  signal: AbortSignal,
): Promise<RunEnd> {
  const { deps, knowledge, underway, assessor } = by
  const warnings: string[] = []
  let tries = 0
  let moved = 0
  let finished = 0
  let reach: Reach | null = null
  let last: PlanEnd | null = null
  await writer.start('reading')
  for (;;) {
    // By the rules of now: a reload may have forbidden since what was allowed when it was queued.
    const order = { ...asked, dataset: knowledge.dataset(asked.dataset.id) ?? asked.dataset }
    if (signal.aborted) return stopped(assessor, order, signal)
    const prepared = await prepare({ assessor, knowledge, bookings: underway.bookings }, order, moved > 0, signal)
    if (signal.aborted) return stopped(assessor, order, signal)
    if (prepared.kind === 'end') {
      if (order.automatic && finished > 0) return finishedOnly(order, prepared.end, warnings)
      return moved > 0 ? didSomething(prepared.end, warnings) : prepared.end
    }
    if (prepared.kind === 'go') {
      // A try after which more is there proves that the next one can bring more: it does not count against the limit.
      // Bytes that were only sent prove nothing: a link may die at the same place for ever.
      const now = reachOf(prepared.assessment.inventory)
      if (reach === null || isFurther(now, reach)) {
        reach = now
        tries = 0
      }
    }
    if (last !== null && tries > deps.config().limits.retries) return failed(last.fault ?? NO_REASON, last.step, tries)
    const isLastTry = tries >= deps.config().limits.retries
    const result = await attempt(by, order, writer, prepared, { isLastTry, signal })
    warnings.push(...result.warnings)
    if (result.ended === 'cancelled' || signal.aborted) return stopped(assessor, order, signal)
    let unproved: StepFault | null = null
    if (result.fault === null && prepared.kind === 'go' && prepared.plan.kind !== 'FINISH_SWAP') {
      const concluded = await conclude(by, order, writer, prepared.plan, warnings, signal)
      if ('state' in concluded) return concluded
      unproved = concluded
      moved++
    }
    if (result.fault === null && prepared.kind === 'go' && prepared.plan.kind === 'FINISH_SWAP') {
      // What follows a finished swap is planned from what is there now.
      moved++
      finished++
      if (finished > FINISHES) return failed(stillHalfDone(prepared.plan), null, finished)
      continue
    }
    const fault = unproved ?? stillHalf(prepared, result) ?? result.fault ?? NO_REASON
    const ended = endOf(fault)
    if (ended !== null) return lookAfterwards(by, order, prepared.kind === 'go', ended, signal)
    if (fault.kind === 'needs-large-blocks' && (await needsLargeBlocks(knowledge, order.dataset))) {
      last = null
      continue
    }
    if (await isOverExisting(knowledge, order, prepared, fault)) {
      last = null
      continue
    }
    tries++
    // A step whose end was not seen may have been done all the same: the next try goes on from what is there.
    moved += result.bytes + (result.began ? 1 : 0)
    last = { ...result, fault }
    // Whether what was sent has arrived, only the next look can say.
    const mayHaveArrived = result.bytes > 0
    if (!fault.retryable || (tries > deps.config().limits.retries && !mayHaveArrived))
      return lookAfterwards(by, order, prepared.kind === 'go', failed(fault, result.step, tries), signal)
    const wait = backoffMs(tries, deps.random())
    deps.log.warn(`${fault.message} It is tried again in ${Math.round(wait / 1000)} s, from a new look.`, {
      runId: order.runId,
      datasetId: order.dataset.id,
      host: fault.host,
      step: result.step,
    })
    await writer.phase('waiting')
    await deps.sleep(wait, signal)
  }
}

/** A first transfer that was to overwrite an existing dataset was cut off: it is never finished so, and set aside. */
async function isOverExisting(
  knowledge: Knowledge,
  { dataset }: RepairOrder,
  prepared: Prepared,
  { kind }: StepFault,
): Promise<boolean> {
  if (kind !== 'destination-exists' || prepared.kind !== 'go' || prepared.plan.kind !== 'RESUME') return false
  const digest = prepared.plan.expects.tokenDigest
  if (digest === null) return false
  return knowledge.learn(dataset, (memory) =>
    memory.refusedToken === digest ? null : { ...memory, refusedToken: digest },
  )
}

/** Remembers that streams of this dataset need `-L`. @returns whether that is new. */
function needsLargeBlocks(knowledge: Knowledge, dataset: Monitored): Promise<boolean> {
  return knowledge.learn(dataset, (memory) => (memory.largeBlocks === true ? null : { ...memory, largeBlocks: true }))
}

/** Nothing is left to do because an earlier try of this very run has done it: that is no run without a change. */
function didSomething(end: RunEnd, warnings: readonly string[]): RunEnd {
  if (end.state !== 'NO_CHANGE') return end
  return warnings.length === 0 ? { ...end, state: 'SUCCEEDED' } : withWarnings(end.outcome, warnings)
}

/**
 * What policy holds back, or nothing is left of, after a swap was finished: that is what this run was for. What follows has
 * its own time.
 */
function finishedOnly({ dataset }: RepairOrder, end: RunEnd, warnings: readonly string[]): RunEnd {
  if (end.state !== 'NO_CHANGE' && end.state !== 'BLOCKED') return end
  const { host, dataset: name } = dataset.mapping.backup
  const outcome = `The swap of ${name} on ${host} that was cut off is over. ${end.outcome}`
  if (warnings.length > 0) return withWarnings(outcome, warnings)
  return { state: 'SUCCEEDED', outcome, decisions: end.decisions }
}

/** ZFS refuses the rest of a swap that has renamed something already: what it says has to be cured, and the rest is tried again. */
function stillHalf(prepared: Prepared, { fault, ended }: PlanEnd): StepFault | null {
  if (prepared.kind !== 'go' || prepared.plan.kind !== 'FINISH_SWAP' || ended !== 'failed') return null
  if (fault === null || fault.retryable || prepared.plan.steps.some((step) => hasRole(step, 'undo'))) return null
  const { host, dataset } = prepared.plan.mapping.backup
  const message = `${host} refused the rest of a swap of ${dataset}: ${sentence(fault.message)} Nothing is lost, and the next repair goes on from there: cure what ${host} says, then repair again.`
  return { ...fault, message }
}

/** A swap is finished in one plan, in two where a person changed something in between; more would go on for ever. */
const FINISHES = 5

function stillHalfDone({ mapping }: Plan): StepFault {
  const { host, dataset } = mapping.backup
  const message = `Every command that finishes the swap of ${dataset} ended well, ${FINISHES} times, and ${host} shows it unfinished all the same.`
  return { kind: 'not-verified', host, message, stderrTail: '', retryable: false }
}

const NO_REASON: StepFault = {
  kind: 'unrecognised',
  host: '',
  message: 'It ended without a reason.',
  stderrTail: '',
  retryable: false,
}

/** Runs the plan, where there is one; a side that could not be read is a try that failed. */
async function attempt(
  by: RepairBy,
  order: RepairOrder,
  writer: RunWriter,
  prepared: Exclude<Prepared, { kind: 'end' }>,
  how: Attempt,
): Promise<PlanEnd> {
  if (prepared.kind === 'unread')
    return { ended: 'failed', fault: prepared.fault, step: null, bytes: 0, began: false, warnings: [] }
  await writer.planned(prepared.plan)
  await rememberLine(by.knowledge, order, prepared, by.deps.now())
  const { inventory } = prepared.assessment
  return runPlan(by, order, writer, prepared.plan, { ...how, inventory })
}

/** What this repair makes of the line, before the first byte: also what is cut off has been sent. */
async function rememberLine(
  { lines }: Knowledge,
  { automatic, runId }: RepairOrder,
  { plan, assessment }: Extract<Prepared, { kind: 'go' }>,
  now: number,
): Promise<void> {
  if (!plan.steps.some(({ kind }) => kind === 'transfer')) return
  const { inventory, planInput } = assessment
  if (streamOf(planInput)?.options.raw === true) await lines.sendsRaw(inventory, now)
  else if (plan.decrypts !== undefined && !automatic) await lines.decided(inventory, { runId, now })
}

const BASE_MS = 2000
const CAP_MS = 300_000

/** Full jitter: anywhere up to twice as long as the last time, five minutes at the most; never at once. */
function backoffMs(tries: number, random: number): number {
  return 500 + random * Math.min(CAP_MS, BASE_MS * 2 ** tries)
}

/** How far a backup has come: its snapshots, and what it has of the next one. */
interface Reach {
  readonly snapshots: number
  readonly partialBytes: number
}

function reachOf({ backup, token }: Inventory): Reach {
  return {
    snapshots: backup.state === 'present' ? backup.snapshots.length : 0,
    partialBytes: token !== null && 'bytes' in token ? token.bytes : 0,
  }
}

function isFurther(now: Reach, before: Reach): boolean {
  return now.snapshots === before.snapshots ? now.partialBytes > before.partialBytes : now.snapshots > before.snapshots
}

/**
 * Success is what a new look at both sides says, never an exit code. Answers a fault where there was no look: nothing is
 * known then, and another try begins with one.
 */
async function conclude(
  { deps, knowledge, assessor }: RepairBy,
  order: RepairOrder,
  writer: RunWriter,
  plan: Plan,
  warnings: readonly string[],
  signal: AbortSignal,
): Promise<RunEnd | StepFault> {
  await writer.phase('verifying')
  const assessment = await assessor.fresh(order.dataset, { runId: order.runId, estimates: 'behind', signal })
  const { primary, backup } = order.dataset.mapping
  if (assessment === null) throw new Error(`The run of ${order.dataset.id} had nothing to verify.`)
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
  if (!order.automatic) await followFromNowOn(knowledge, assessment)
  const run = writer.run
  const took = durationText((deps.now() - (run.startedAt ?? run.queuedAt)) / 1000)
  const arrived = count(plan, assessment)
  const kept = plan.setAside === null ? '' : ` Kept: ${plan.setAside.name}.`
  const outcome = `${backup.host} matches ${primary.host} up to @${target.name}: ${counted(arrived, 'snapshot')}, ${bytesText(run.bytes)} in ${took}.${kept}`
  const all = [...warnings, ...missing(plan, assessment)]
  return all.length === 0 ? { state: 'SUCCEEDED', outcome } : withWarnings(outcome, all)
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

/** Why a run was ended from outside; the abort signal's reason. */
export type StopReason = { readonly kind: 'cancelled'; readonly by: string } | { readonly kind: 'shutdown' }

/** The end of a run that was stopped. After a cancel the backup is read once more, to say what is kept. */
async function stopped(assessor: Assessor, order: RepairOrder, signal: AbortSignal): Promise<RunEnd> {
  const reason = signal.reason as StopReason
  if (reason.kind === 'shutdown') {
    return {
      state: 'INTERRUPTED',
      outcome:
        'The service was stopped during this run. What had arrived is kept; the next start looks at the dataset again.',
    }
  }
  const kept = await keptBytes(assessor, order)
  const rest =
    kept === null
      ? 'What had arrived is kept where ZFS could save it.'
      : kept === 0
        ? 'Nothing had arrived that could be resumed.'
        : `${bytesText(kept)} kept, resumable.`
  return { state: 'CANCELLED', outcome: `Cancelled by ${reason.by}. ${rest}` }
}

/** Bytes in the partial receive, 0 without one, null where that could not be read. */
async function keptBytes(assessor: Assessor, order: RepairOrder): Promise<number | null> {
  const assessment = await assessor.fresh(order.dataset, { runId: order.runId, estimates: 'behind' })
  const side = assessment?.inventory.backup
  if (side?.state !== 'present') return null
  if (side.facts.receiveResumeToken === null) return 0
  const token = assessment?.inventory.token
  return token != null && 'bytes' in token ? token.bytes : null
}

/**
 * Steps that ended half-way may have left half of a swap or of a receive, which no check has seen, or kept nothing of: the
 * status says so at once. Why the run ended stays what it says, also where this look comes to nothing.
 */
export async function lookAfterwards(
  { deps, assessor }: Pick<RepairBy, 'deps' | 'assessor'>,
  { dataset, runId }: RepairOrder,
  began: boolean,
  end: RunEnd,
  signal: AbortSignal,
): Promise<RunEnd> {
  if (!began) return end
  try {
    await assessor.fresh(dataset, { runId, estimates: 'behind', signal })
  } catch (error) {
    deps.log.error(`The look after the repair of ${dataset.id} failed: ${error}`, {
      runId,
      datasetId: dataset.id,
    })
  }
  return end
}
