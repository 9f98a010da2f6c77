import type { ControlRecord } from '#lib/db/types.ts'
import { inDoubt } from '#lib/replication/held-back.ts'
import { followPrimary } from '#lib/replication/memory.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { ReasonCode } from '#lib/replication/types/reason.ts'
import type { Knowledge } from './knowledge.ts'
import type { Monitored } from './monitored.ts'
import type { EngineDeps } from './ports.ts'
import { Refusal } from './refusal.ts'
import { repairHistory } from './repair-history.ts'
import type { RepairQueue } from './repair-queue.ts'
import type { Adopted, AdoptRequest, Choice, DatasetView, Engine } from './types.ts'

/** Pause and acknowledge: they change what is done and what alarms, never what is true. */
export function controls(
  deps: Pick<EngineDeps, 'store' | 'now' | 'log' | 'emit'>,
  knowledge: Knowledge,
  found: (id: string) => Monitored,
  /** After each change: when the next one ends may be another time. */
  onChange: () => void,
): Pick<Engine, 'pause' | 'resume' | 'ack' | 'unack'> {
  const { states } = knowledge

  async function set(
    id: string,
    kind: ControlRecord['kind'],
    control: { readonly until: number | null; readonly by: string; readonly reason: string | null },
  ): Promise<void> {
    found(id)
    await deps.store.setControl({ datasetId: id, kind, at: deps.now(), ...control })
    if (kind === 'ack') await settleFailures(knowledge, [id])
    await changed(
      id,
      `${kind === 'pause' ? 'Paused' : 'Acknowledged'} by ${control.by}${control.reason === null ? '' : `: ${control.reason}`}`,
    )
  }

  async function clear(id: string, kind: ControlRecord['kind'], by: string): Promise<void> {
    found(id)
    await deps.store.clearControl(id, kind)
    if (kind === 'pause') await settleFailures(knowledge, [id])
    await changed(id, `${kind === 'pause' ? 'Resumed' : 'Acknowledgement taken back'} by ${by}`)
  }

  async function changed(id: string, message: string): Promise<void> {
    await states.reloadControls(deps.now())
    deps.log.info(message, { datasetId: id })
    deps.emit.control(id, states.controls(id, deps.now()))
    onChange()
  }

  return {
    pause: (id, control) => set(id, 'pause', control),
    resume: (id, by) => clear(id, 'pause', by),
    ack: (id, control) => set(id, 'ack', control),
    unack: (id, by) => clear(id, 'ack', by),
  }
}

/**
 * A person says that what made the last repairs fail is dealt with (by `resume`, `ack`, or a configuration that was
 * reloaded): they count no longer, and the next check may try at once.
 */
export async function settleFailures(knowledge: Knowledge, ids: readonly string[]): Promise<void> {
  await knowledge.repairs.load(ids)
  await knowledge.inTurn(async () => {
    const settled = ids.filter((id) => {
      const state = knowledge.states.state(id)
      const last = state === null ? null : repairHistory(knowledge.repairs.of(id), state.memory.settledRun).last
      if (state === null || last === null) return false
      knowledge.states.set({ ...state, memory: { ...state.memory, settledRun: Number(last.runId) } })
      return true
    })
    if (settled.length > 0) await knowledge.states.save(settled)
  })
}

/**
 * A person's word, for one dataset: the primary as the last check read it is the one to follow. Repairs nothing; what
 * policy allows then is a matter of the next check.
 * @throws Refusal where nothing of the kind is said, or what the primary is now is not known
 */
export async function adoptPrimary(
  deps: Pick<EngineDeps, 'now' | 'log'>,
  knowledge: Knowledge,
  dataset: Monitored,
  { by, from, reason }: { readonly by: string; readonly from: string | null; readonly reason: string },
): Promise<void> {
  const { states } = knowledge
  const { id, mapping } = dataset
  const { host } = mapping.primary
  await knowledge.inTurn(async () => {
    const state = states.state(id)
    const said = state?.verdict == null ? [] : inDoubt(state.verdict)
    if (state === null || said.length === 0)
      throw new Refusal('NOTHING_TO_DO', `Nothing is held against the primary of ${id}.`, { datasetId: id })
    const newest = knowledge.newest(id)
    if (newest?.inventory.primary.state !== 'present')
      throw new Refusal(
        'HELD',
        `${mapping.primary.dataset} on ${host} could not be read at the last check, so nobody can say what is to be followed; check it first.`,
        { datasetId: id },
      )
    const { inventory, comparison } = newest
    const look = { inventory, comparison, policy: dataset.config.policy, now: deps.now() }
    states.set({ ...state, memory: followPrimary(state.memory, look) })
    await states.save([id])
    const where = from === null ? '' : ` from ${from}`
    deps.log.warn(`Adopted by ${by}${where} in spite of ${said.join(', ')}: ${reason}`, { datasetId: id })
  })
}

/**
 * Perhaps a person works on the backup, the tree was destroyed, or the backup is the only good copy, as an earlier check
 * saw more on the primary: that is no matter of one word for many.
 */
const NOT_FOR_MANY: ReadonlySet<ReasonCode> = new Set([
  'BACKUP_IN_USE',
  'CHILDREN_GONE',
  'PRIMARY_LOST_HISTORY',
  'PRIMARY_REPLACED',
  'PRIMARY_REWOUND',
])

/** The plan that waits for nothing but a person's word, and destroys nothing; null where there is none. */
export function decisionOf({ plan, verdict, activeRun, dataset, pause }: DatasetView): Plan | null {
  if (plan === null || plan.automatic.code !== 'NEEDS_PERSON' || plan.blocked !== null) return null
  if (plan.steps.length === 0 || plan.destroys.length > 0 || plan.kind === 'IN_PLACE') return null
  // What becomes readable is read for each.
  if (plan.decrypts !== undefined) return null
  if (activeRun !== null || pause !== null || dataset.retired) return null
  return verdict.reasons.some(({ code }) => NOT_FOR_MANY.has(code)) ? null : plan
}

interface AdoptParts {
  readonly queue: RepairQueue
  /** @throws Refusal where there is no such dataset, or it may not be repaired now */
  readonly repairable: (id: string) => Monitored
  readonly view: (dataset: Monitored) => DatasetView
  readonly timeLeft: (dataset: Monitored) => number
}

/** Each choice for itself: what has changed since it was shown is left out, and said. */
export async function adopt(parts: AdoptParts, request: AdoptRequest): Promise<readonly Adopted[]> {
  const adopted: Adopted[] = []
  for (const choice of request.choices) {
    const { datasetId } = choice
    try {
      adopted.push({ datasetId, runId: await accept(parts, choice, request), refusal: null })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      adopted.push({ datasetId, runId: null, refusal: error })
    }
  }
  return adopted
}

async function accept(
  { queue, repairable, view, timeLeft }: AdoptParts,
  { datasetId, planHash }: Choice,
  { reason, trigger }: AdoptRequest,
): Promise<number> {
  const dataset = repairable(datasetId)
  const plan = decisionOf(view(dataset))
  if (plan === null)
    throw new Refusal('NOTHING_TO_DO', `${datasetId} waits for no decision any more; see what it is now.`, {
      datasetId,
    })
  if (plan.hash !== planHash)
    throw new Refusal('PLAN_STALE', `The plan for ${datasetId} is another one by now; read it again.`, { datasetId })
  const { run } = await queue.accept(dataset, {
    shown: plan,
    planId: null,
    plan,
    automatic: false,
    trigger,
    reason,
    timeLeftSeconds: timeLeft(dataset),
  })
  return run.id
}
