import { streamOf } from '#lib/replication/encryption.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import { conclude } from './conclude.ts'
import type { EngineContext } from './context.ts'
import { learnLargeBlocks, learnRefusedToken } from './keep.ts'
import type { StepFault } from './ports.ts'
import { type Prepared, prepare, type RepairOrder } from './prepare.ts'
import { isFurther, type Reach, reachOf } from './reach.ts'
import { endOf, failed, withWarnings } from './run-end.ts'
import { type Attempt, hasRole, runSteps, type StepsEnd, sentence } from './run-steps.ts'
import type { RunEnd, RunWriter } from './run-writer.ts'
import { afterLook, stopped } from './stopped.ts'

/**
 * One repair, from the second look to the last: read both sides, take the plan, run its steps, read both sides again.
 * A fault that another try may cure is tried again from a new look (what arrived is kept and resumed), never by running
 * the same command again.
 */
export async function repair(
  context: EngineContext,
  asked: RepairOrder,
  writer: RunWriter,
  signal: AbortSignal,
): Promise<RunEnd> {
  const { deps } = context
  const warnings: string[] = []
  let tries = 0
  let moved = 0
  let finished = 0
  let reach: Reach | null = null
  let last: StepsEnd | null = null
  await writer.start('reading')
  for (;;) {
    // By the rules of now: a reload may have forbidden since what was allowed when it was queued.
    const order = { ...asked, dataset: context.dataset(asked.dataset.id) ?? asked.dataset }
    if (signal.aborted) return stopped(context, order, signal)
    const prepared = await prepare(context, order, moved > 0, signal)
    if (signal.aborted) return stopped(context, order, signal)
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
    const result = await attempt(context, order, writer, prepared, { isLastTry, signal })
    warnings.push(...result.warnings)
    if (result.ended === 'cancelled' || signal.aborted) return stopped(context, order, signal)
    let unproved: StepFault | null = null
    if (result.fault === null && prepared.kind === 'go' && prepared.plan.kind !== 'FINISH_SWAP') {
      const concluded = await conclude(context, order, writer, prepared.plan, warnings, signal)
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
    if (ended !== null) return afterLook(context, order, prepared.kind === 'go', ended, signal)
    if (fault.kind === 'needs-large-blocks' && (await learnLargeBlocks(context, order.dataset))) {
      last = null
      continue
    }
    if (await isOverExisting(context, order, prepared, fault)) {
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
      return afterLook(context, order, prepared.kind === 'go', failed(fault, result.step, tries), signal)
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
  context: EngineContext,
  { dataset }: RepairOrder,
  prepared: Prepared,
  { kind }: StepFault,
): Promise<boolean> {
  if (kind !== 'destination-exists' || prepared.kind !== 'go' || prepared.plan.kind !== 'RESUME') return false
  const digest = prepared.plan.expects.tokenDigest
  return digest !== null && learnRefusedToken(context, dataset, digest)
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
function stillHalf(prepared: Prepared, { fault, ended }: StepsEnd): StepFault | null {
  if (prepared.kind !== 'go' || prepared.plan.kind !== 'FINISH_SWAP' || ended !== 'failed') return null
  if (fault === null || fault.retryable || prepared.plan.steps.some((step) => hasRole(step, 'undo'))) return null
  const { host, dataset } = prepared.plan.mapping.backup
  const message = `${host} refused the rest of a swap of ${dataset}: ${sentence(fault.message)} Nothing is lost, and the next repair goes on from there: cure what ${host} says, then repair again.`
  return { ...fault, message }
}

/** A swap is finished in one plan, in two where somebody meddled; more would go on for ever. */
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
  context: EngineContext,
  order: RepairOrder,
  writer: RunWriter,
  prepared: Exclude<Prepared, { kind: 'end' }>,
  how: Attempt,
): Promise<StepsEnd> {
  if (prepared.kind === 'unread')
    return { ended: 'failed', fault: prepared.fault, step: null, bytes: 0, began: false, warnings: [] }
  await writer.planned(prepared.plan)
  await rememberLine(context, order, prepared)
  const end = await runSteps(context, order, writer, prepared.plan, {
    ...how,
    inventory: prepared.assessment.inventory,
  })
  return end
}

/** What this repair makes of the line, before the first byte: also what is cut off has been sent. */
async function rememberLine(
  { lines, deps }: EngineContext,
  { automatic, runId }: RepairOrder,
  { plan, assessment }: Extract<Prepared, { kind: 'go' }>,
): Promise<void> {
  if (!plan.steps.some(({ kind }) => kind === 'transfer')) return
  const { inventory, planInput } = assessment
  if (streamOf(planInput)?.options.raw === true) await lines.sendsRaw(inventory, deps.now())
  else if (plan.decrypts !== undefined && !automatic) await lines.decided(inventory, { runId, now: deps.now() })
}

const BASE_MS = 2000
const CAP_MS = 300_000

/** Full jitter: anywhere up to twice as long as the last time, five minutes at the most; never at once. */
function backoffMs(tries: number, random: number): number {
  return 500 + random * Math.min(CAP_MS, BASE_MS * 2 ** tries)
}
