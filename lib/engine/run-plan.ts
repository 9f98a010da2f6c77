import { SETS_ASIDE } from '#lib/replication/held-back.ts'
import { whatChanged } from '#lib/replication/plan/stale.ts'
import { tokenDigest } from '#lib/replication/token.ts'
import type { Inventory } from '#lib/replication/types/inventory.ts'
import type { CommandsRole, Plan, Step } from '#lib/replication/types/plan.ts'
import { LAST_MINUTES_MS, repairWindowEnd } from '#lib/replication/windows.ts'
import { poolOf } from '#lib/zfs/names.ts'
import type { Assessor } from './assess.ts'
import type { EngineDeps, Sans, StepFault } from './ports.ts'
import type { RepairOrder } from './prepare.ts'
import type { RunWriter } from './run-record.ts'
import { runStep, type StepEnd, type StepRequest } from './run-step.ts'
import { swapDetail } from './swap-journal.ts'
import type { Underway } from './underway.ts'

/** What one try of a repair goes by. */
export interface Attempt {
  /** Where ZFS refuses a swap now, it is undone. */
  readonly isLastTry: boolean
  readonly signal: AbortSignal
}

const WINDOW_ENDS: StepFault = {
  kind: 'window-ended',
  host: '',
  message: 'The repair window ends in less than five minutes; the swap begins in the next one.',
  stderrTail: '',
  retryable: false,
}

export interface PlanEnd {
  readonly ended: 'done' | 'failed' | 'cancelled'
  readonly fault: StepFault | null
  readonly step: number | null
  readonly bytes: number
  /** Commands that change the backup were sent. */
  readonly began: boolean
  readonly warnings: readonly string[]
}

interface RunBy {
  readonly deps: EngineDeps
  readonly underway: Underway
  readonly assessor: Assessor
}

/** Runs the steps of a plan in their order, as far as they end well. */
export async function runPlan(
  { deps, underway, assessor }: RunBy,
  order: RepairOrder,
  writer: RunWriter,
  plan: Plan,
  { inventory, isLastTry, signal }: Attempt & { readonly inventory: Inventory },
): Promise<PlanEnd> {
  const warnings: string[] = []
  const bytesBefore = writer.run.bytes
  const end = (ended: PlanEnd['ended'], fault: StepFault | null, step: number | null): PlanEnd => {
    return { ended, fault, step, bytes: writer.run.bytes - bytesBefore, began, warnings }
  }
  let began = false
  let lookedAgain = false
  let isUnmounted = false
  const stopAt = () => windowEnd(order, deps.now(), deps.config().scheduler.timezone)
  for (const [index, step] of plan.steps.entries()) {
    if (step.kind === 'verify' || isOnlyToUndo(plan, index) || (hasRole(step, 'mount') && !isUnmounted)) continue
    // An end between promote and the last line of the swap would leave half a swap: those seconds it has to wait.
    const midSwap = isMidSwap(plan.steps, index)
    if (signal.aborted && !midSwap) return end('cancelled', null, step.n)
    await writer.phase(step.kind === 'transfer' ? 'transferring' : 'preparing', {
      index: index + 1,
      count: plan.steps.length,
    })
    if (!midSwap && swapIsTooLate(plan, step, stopAt(), deps.now())) return end('failed', WINDOW_ENDS, step.n)
    if (isDestructive(step) && !lookedAgain) {
      const changed = await notAsConfirmed(assessor, order, plan, signal)
      if (changed !== null) return end('failed', changed, step.n)
      writer.sentIrreversible(plan)
      lookedAgain = true
    }
    const request: StepRequest = {
      deps,
      writer,
      datasetId: order.dataset.id,
      bandwidthLimit: order.dataset.config.policy.bandwidthLimit,
      signal: midSwap ? NEVER : signal,
      pool: {
        name: poolOf(order.dataset.mapping.backup.dataset),
        keepFree: order.dataset.config.policy.keepFree,
      },
      stopAt: stopAt(),
      detail: swapDetail(plan, step, inventory),
      onBytes: () => underway.bookings.arrived(order.runId, writer.run.bytes - bytesBefore),
    }
    const moved = midSwap ? null : await partialMoved(deps.sans, plan, step, signal)
    if (moved !== null) {
      if (isUnmounted) warnings.push(...(await mountedAgain(plan, request)))
      return end('failed', moved, step.n)
    }
    began ||= step.kind === 'commands' && !step.optional
    underway.changes(order.dataset.id, step.kind === 'transfer' ? 'receiving' : 'swapping')
    const done = await runStep(step, request)
      .then((ended) => undoneIfRefused(plan, step, ended, { ...request, isLastTry, signal: NEVER }))
      .finally(() => underway.changed(order.dataset.id))
    warnings.push(...done.warnings)
    if (done.ended !== 'done') {
      if (isUnmounted) warnings.push(...(await mountedAgain(plan, request)))
      return end(done.ended, done.fault, step.n)
    }
    if (hasRole(step, 'unmount', 'mount')) isUnmounted = hasRole(step, 'unmount') && done.exitCode === 0
    if (step.kind === 'commands' && step.role === 'swap') writer.sentIrreversible(plan)
  }
  return end('done', null, null)
}

/** What was unmounted for a swap that did not come is mounted again, where it still stands in its place. */
async function mountedAgain({ steps }: Plan, request: StepRequest): Promise<readonly string[]> {
  const mount = steps.find((step) => hasRole(step, 'mount'))
  if (mount?.kind !== 'commands') return []
  return (await runStep(mount, { ...request, detail: {}, signal: NEVER })).warnings
}

const NEVER = new AbortController().signal

export const hasRole = (step: Step | undefined, ...roles: readonly CommandsRole[]): boolean =>
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
  // Not as the undo expects it: then something was renamed, and the next look shows what.
  if (back.fault === null || back.fault.kind === 'plan-stale') return ended
  const message = `${sentence(fault.message)} The swap could not be undone either: ${sentence(back.fault.message)} The next repair goes on from there.`
  return { ...ended, fault: { ...fault, message } }
}

/** ZFS ends its lines without a full stop. */
export const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)

function isFirstLine(steps: readonly Step[], step: Step): boolean {
  return steps.find((each) => hasRole(each, 'swap')) === step
}

/** Epoch ms; null: never. Of a run of policy, which keeps to the window; a person's goes on. */
function windowEnd({ dataset, automatic }: RepairOrder, now: number, timezone: string): number | null {
  return automatic ? repairWindowEnd(dataset.config.policy.repairWindow, now, timezone) : null
}

/** A swap takes seconds, but they must not be the window's last ones. One that was cut off is finished at any time. */
function swapIsTooLate(plan: Plan, step: Step, windowEnd: number | null, now: number): boolean {
  if (step.kind !== 'commands' || step.optional || step.role === 'rename') return false
  if (plan.kind === 'FINISH_SWAP') return false
  return windowEnd !== null && windowEnd - now < LAST_MINUTES_MS
}

/** The steps of an in-place plan after which something is gone for good. */
function isDestructive(step: Step): boolean {
  return step.kind === 'commands' && (step.role === 'discard' || step.role === 'rollback')
}

/**
 * The last look before something is destroyed: one snapshot, one write, one partial receive more than the person was shown,
 * and it stops. Null: everything is as it was confirmed.
 */
async function notAsConfirmed(
  assessor: Assessor,
  order: RepairOrder,
  plan: Plan,
  signal: AbortSignal,
): Promise<StepFault | null> {
  const assessment = await assessor.fresh(order.dataset, { runId: order.runId, estimates: 'behind', signal })
  const changed =
    assessment === null
      ? 'the backup could not be read.'
      : whatChanged(plan.expects, assessment.inventory, assessment.comparison)
  if (changed === null) return null
  const message = `Nothing was destroyed: the SANs are not as they were when the plan was confirmed. ${changed} Preview the repair again.`
  const { host } = order.dataset.mapping.backup
  return { kind: 'not-as-confirmed', host, message, stderrTail: '', retryable: false }
}

/** What moves a backup, or takes its history from it. */
const MOVES: ReadonlySet<string> = new Set(['clone', 'promote', 'swap'])

/**
 * Right before a backup is moved its partial receive is read once more: a receive that has begun since the plan was made,
 * or that was only slow, would go on into the set-aside. Null: it is as it was. After a promote the swap is finished
 * whatever comes in.
 */
async function partialMoved(
  sans: Pick<Sans, 'resumeToken'>,
  plan: Plan,
  step: Step,
  signal: AbortSignal,
): Promise<StepFault | null> {
  if (step.kind !== 'commands' || !MOVES.has(step.role) || !SETS_ASIDE.has(plan.kind)) return null
  const { host, dataset } = plan.mapping.backup
  const now = await sans.resumeToken(host, dataset, signal)
  const digest = now === null || now.token === null ? null : tokenDigest(now.token)
  if (now !== null && digest === plan.expects.tokenDigest) return null
  const why =
    now === null
      ? `${host} did not say whether something is being received into ${dataset}`
      : `the partial receive in ${dataset} on ${host} is not as it was: somebody else may be at work`
  const message = `${step.title}: not done, because ${why}.`
  return { kind: 'plan-stale', host, message, stderrTail: '', retryable: true }
}
