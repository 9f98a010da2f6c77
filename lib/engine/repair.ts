import { LAST_MINUTES_MS, repairWindowEnd } from '#lib/replication/repair-window.ts'
import type { Plan, Step } from '#lib/replication/types.ts'
import { poolOf } from '#lib/zfs/paths.ts'
import { isDestructive, notAsConfirmed } from './before-destroying.ts'
import { partialMoved } from './before-swapping.ts'
import { conclude } from './conclude.ts'
import type { EngineContext } from './context.ts'
import { learnLargeBlocks } from './keep.ts'
import type { StepFault } from './ports.ts'
import { type Prepared, prepare, type RepairOrder } from './prepare.ts'
import { isFurther, type Reach, reachOf } from './reach.ts'
import { endOf, failed, withWarnings } from './run-end.ts'
import { runStep } from './run-step.ts'
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
    if (prepared.kind === 'end') return moved > 0 ? didSomething(prepared.end, warnings) : prepared.end
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
    const result = await attempt(context, order, writer, prepared, signal)
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
    const fault = unproved ?? result.fault ?? NO_REASON
    const ended = endOf(fault)
    if (ended !== null) return afterLook(context, order, prepared.kind === 'go', ended, signal)
    if (fault.kind === 'needs-large-blocks' && (await learnLargeBlocks(context, order.dataset))) {
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

/** Nothing is left to do because an earlier try of this very run has done it: that is no run without a change. */
function didSomething(end: RunEnd, warnings: readonly string[]): RunEnd {
  if (end.state !== 'NO_CHANGE') return end
  return warnings.length === 0 ? { ...end, state: 'SUCCEEDED' } : withWarnings(end.outcome, warnings)
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
  signal: AbortSignal,
): Promise<StepsEnd> {
  if (prepared.kind === 'unread')
    return { ended: 'failed', fault: prepared.fault, step: null, bytes: 0, began: false, warnings: [] }
  await writer.planned(prepared.plan)
  return runSteps(context, order, writer, prepared.plan, signal)
}

const WINDOW_ENDS: StepFault = {
  kind: 'window-ended',
  host: '',
  message: 'The repair window ends in less than five minutes; the swap begins in the next one.',
  stderrTail: '',
  retryable: false,
}

interface StepsEnd {
  readonly ended: 'done' | 'failed' | 'cancelled'
  readonly fault: StepFault | null
  readonly step: number | null
  readonly bytes: number
  /** Commands that change the backup were sent. */
  readonly began: boolean
  readonly warnings: readonly string[]
}

async function runSteps(
  context: EngineContext,
  order: RepairOrder,
  writer: RunWriter,
  plan: Plan,
  signal: AbortSignal,
): Promise<StepsEnd> {
  const warnings: string[] = []
  const bytesBefore = writer.run.bytes
  const end = (ended: StepsEnd['ended'], fault: StepFault | null, step: number | null): StepsEnd => {
    return { ended, fault, step, bytes: writer.run.bytes - bytesBefore, began, warnings }
  }
  let began = false
  let lookedAgain = false
  for (const [index, step] of plan.steps.entries()) {
    if (step.kind === 'verify') continue
    // A cancel between promote and swap would leave half a swap: those seconds it has to wait.
    const midSwap = isMidSwap(plan.steps.slice(0, index))
    if (signal.aborted && !midSwap) return end('cancelled', null, step.n)
    await writer.phase(step.kind === 'transfer' ? 'transferring' : 'preparing', {
      index: index + 1,
      count: plan.steps.length,
    })
    if (swapIsTooLate(context, order, step)) return end('failed', WINDOW_ENDS, step.n)
    if (isDestructive(step) && !lookedAgain) {
      const changed = await notAsConfirmed(context, order, plan, signal)
      if (changed !== null) return end('failed', changed, step.n)
      writer.went(plan)
      lookedAgain = true
    }
    const moved = midSwap ? null : await partialMoved(context, plan, step, signal)
    if (moved !== null) return end('failed', moved, step.n)
    began ||= step.kind === 'commands' && !step.optional
    if (step.kind === 'transfer') context.receiving.add(order.dataset.id)
    else context.swapping.add(order.dataset.id)
    const done = await runStep(step, {
      deps: context.deps,
      writer,
      datasetId: order.dataset.id,
      bandwidthLimit: order.dataset.config.policy.bandwidthLimit,
      signal: midSwap ? NEVER : signal,
      pool: {
        name: poolOf(order.dataset.mapping.backup.dataset),
        keepFree: order.dataset.config.policy.keepFree,
      },
      stopAt: windowEnd(context, order),
      onBytes: () => context.bookings.arrived(order.runId, writer.run.bytes - bytesBefore),
    }).finally(() => {
      context.receiving.delete(order.dataset.id)
      context.swapping.delete(order.dataset.id)
    })
    warnings.push(...done.warnings)
    if (done.ended !== 'done') return end(done.ended, done.fault, step.n)
    if (step.kind === 'commands' && step.role === 'swap') writer.went(plan)
  }
  return end('done', null, null)
}

const NEVER = new AbortController().signal

function isMidSwap(before: readonly Step[]): boolean {
  const last = before.findLast((step) => step.kind !== 'commands' || step.role !== 'limits')
  return last?.kind === 'commands' && last.role === 'promote'
}

/** Of a run of policy, which keeps to the window; a person's goes on. */
function windowEnd({ deps }: EngineContext, { dataset, automatic }: RepairOrder): number | null {
  const { repairWindow } = dataset.config.policy
  return automatic ? repairWindowEnd(repairWindow, deps.now(), deps.config().scheduler.timezone) : null
}

/** A swap takes seconds, but they must not be the window's last ones. */
function swapIsTooLate(context: EngineContext, order: RepairOrder, step: Step): boolean {
  if (step.kind !== 'commands' || step.optional || step.role === 'rename') return false
  const end = windowEnd(context, order)
  return end !== null && end - context.deps.now() < LAST_MINUTES_MS
}

const BASE_MS = 2000
const CAP_MS = 300_000

/** Full jitter: anywhere up to twice as long as the last time, five minutes at the most; never at once. */
function backoffMs(tries: number, random: number): number {
  return 500 + random * Math.min(CAP_MS, BASE_MS * 2 ** tries)
}
