import { LAST_MINUTES_MS, repairWindowEnd } from '#lib/replication/repair-window.ts'
import type { CommandsRole, Inventory, Plan, Step } from '#lib/replication/types.ts'
import { poolOf } from '#lib/zfs/paths.ts'
import { isDestructive, notAsConfirmed } from './before-destroying.ts'
import { conclude } from './conclude.ts'
import type { EngineContext } from './context.ts'
import { learnLargeBlocks } from './keep.ts'
import type { StepFault } from './ports.ts'
import { type Prepared, prepare, type RepairOrder } from './prepare.ts'
import { isFurther, type Reach, reachOf } from './reach.ts'
import { endOf, failed, withWarnings } from './run-end.ts'
import { runStep, type StepEnd, type StepRequest } from './run-step.ts'
import type { RunEnd, RunWriter } from './run-writer.ts'
import { afterLook, stopped } from './stopped.ts'
import { swapDetail } from './swap-journal.ts'

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

interface Attempt {
  readonly isLastTry: boolean
  readonly signal: AbortSignal
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
  return runSteps(context, order, writer, prepared.plan, { ...how, inventory: prepared.assessment.inventory })
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
  { inventory, isLastTry, signal }: Attempt & { readonly inventory: Inventory },
): Promise<StepsEnd> {
  const warnings: string[] = []
  const bytesBefore = writer.run.bytes
  const end = (ended: StepsEnd['ended'], fault: StepFault | null, step: number | null): StepsEnd => {
    return { ended, fault, step, bytes: writer.run.bytes - bytesBefore, began, warnings }
  }
  let began = false
  let lookedAgain = false
  for (const [index, step] of plan.steps.entries()) {
    if (step.kind === 'verify' || isOnlyToUndo(plan, index)) continue
    // An end between promote and the last line of the swap would leave half a swap: those seconds it has to wait.
    const midSwap = isMidSwap(plan.steps, index)
    if (signal.aborted && !midSwap) return end('cancelled', null, step.n)
    await writer.phase(step.kind === 'transfer' ? 'transferring' : 'preparing', {
      index: index + 1,
      count: plan.steps.length,
    })
    if (!midSwap && swapIsTooLate(context, order, plan, step)) return end('failed', WINDOW_ENDS, step.n)
    if (isDestructive(step) && !lookedAgain) {
      const changed = await notAsConfirmed(context, order, plan, signal)
      if (changed !== null) return end('failed', changed, step.n)
      writer.went(plan)
      lookedAgain = true
    }
    began ||= step.kind === 'commands' && !step.optional
    if (step.kind === 'transfer') context.receiving.add(order.dataset.id)
    else context.swapping.add(order.dataset.id)
    const request: StepRequest = {
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
      detail: swapDetail(plan, step, inventory),
      onBytes: () => context.bookings.arrived(order.runId, writer.run.bytes - bytesBefore),
    }
    const done = await runStep(step, request)
      .then((ended) => undoneIfRefused(plan, step, ended, { ...request, isLastTry, signal: NEVER }))
      .finally(() => {
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

const hasRole = (step: Step | undefined, ...roles: readonly CommandsRole[]): boolean =>
  step?.kind === 'commands' && roles.includes(step.role)

/** What comes before is half of something without a line of the swap that is still to come. */
function isMidSwap(steps: readonly Step[], at: number): boolean {
  const isBegun = steps.slice(0, at).some((step) => hasRole(step, 'promote', 'swap'))
  return isBegun && steps.slice(at).some((step) => hasRole(step, 'swap'))
}

/** The way back of a swap that stands before it in the plan. */
function isOnlyToUndo({ steps }: Plan, at: number): boolean {
  return hasRole(steps[at], 'undo') && steps.slice(0, at).some((step) => hasRole(step, 'swap'))
}

/**
 * Where ZFS refuses the first line of a swap, and another try cannot help or was the last one, the promote is taken back:
 * the plan's own step, which expects the backup in its place and the new line still holding its history. It is never begun
 * where the end of that line was not seen: it may be going on.
 */
async function undoneIfRefused(
  { steps, mapping }: Plan,
  step: Step,
  ended: StepEnd,
  { isLastTry, ...request }: StepRequest & { readonly isLastTry: boolean },
): Promise<StepEnd> {
  const { fault } = ended
  const undo = steps.find((each, at) => at > steps.indexOf(step) && hasRole(each, 'undo'))
  if (fault === null || undo?.kind !== 'commands' || !isFirstLine(steps, step)) return ended
  const isSeen = ended.exitCode !== null || fault.kind === 'plan-stale'
  if (!isSeen || (fault.retryable && !isLastTry)) return ended
  const { host, dataset } = mapping.backup
  const back = await runStep(undo, { ...request, detail: {} })
  if (back.ended === 'done') {
    const message = `${host} refused to set ${dataset} aside: ${sentence(fault.message)} The swap was undone, and ${dataset} is as it was. Cure what ${host} says, then repair again.`
    return { ...ended, fault: { ...fault, message, retryable: false } }
  }
  // Not as the undo expects it: then something was renamed, and the next look tells what.
  if (back.fault === null || back.fault.kind === 'plan-stale') return ended
  const message = `${sentence(fault.message)} The swap could not be undone either: ${sentence(back.fault.message)} The next repair goes on from there.`
  return { ...ended, fault: { ...fault, message } }
}

/** ZFS ends its lines without a full stop. */
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)

function isFirstLine(steps: readonly Step[], step: Step): boolean {
  return steps.find((each) => hasRole(each, 'swap')) === step
}

/** Of a run of policy, which keeps to the window; a person's goes on. */
function windowEnd({ deps }: EngineContext, { dataset, automatic }: RepairOrder): number | null {
  const { repairWindow } = dataset.config.policy
  return automatic ? repairWindowEnd(repairWindow, deps.now(), deps.config().scheduler.timezone) : null
}

/** A swap takes seconds, but they must not be the window's last ones. One that was cut off is finished at any time. */
function swapIsTooLate(context: EngineContext, order: RepairOrder, plan: Plan, step: Step): boolean {
  if (step.kind !== 'commands' || step.optional || step.role === 'rename') return false
  if (plan.kind === 'FINISH_SWAP') return false
  const end = windowEnd(context, order)
  return end !== null && end - context.deps.now() < LAST_MINUTES_MS
}

const BASE_MS = 2000
const CAP_MS = 300_000

/** Full jitter: anywhere up to twice as long as the last time, five minutes at the most; never at once. */
function backoffMs(tries: number, random: number): number {
  return 500 + random * Math.min(CAP_MS, BASE_MS * 2 ** tries)
}
