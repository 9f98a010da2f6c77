import { stallAnchor } from '#lib/replication/chain.ts'
import { anchorSteps } from '#lib/replication/plan/assemble.ts'
import type { PresentSide } from '#lib/replication/types/inventory.ts'
import type { Step } from '#lib/replication/types/plan.ts'
import { assess } from './assess.ts'
import type { Assessment, EngineContext } from './context.ts'
import { zfsCommandOf } from './judge-one.ts'
import { spoil } from './keep.ts'
import { runStep } from './run-step.ts'
import type { RunWriter } from './run-writer.ts'
import { isOfTheStore } from './state-book.ts'

export interface Anchored {
  readonly made: number
  readonly failed: number
}

/**
 * Bookmarks on the primaries for chains that stand still while no repair is about to bring them on. Each one is an
 * action of the scan, which is kept with the audit trail then. One that could not be made is told once for its snapshot,
 * not at every scan.
 */
export async function anchorStalled(
  context: EngineContext,
  assessments: readonly Assessment[],
  writer: RunWriter,
  signal: AbortSignal,
): Promise<Anchored> {
  const anchored: string[] = []
  let failed = 0
  for (const assessment of assessments) {
    try {
      const made = signal.aborted ? null : await anchor(context, assessment, writer, signal)
      if (made === true) anchored.push(assessment.dataset.id)
      if (made === false) failed++
    } catch (error) {
      if (isOfTheStore(error)) throw error
      failed++
      const { id, mapping } = assessment.dataset
      const at = { datasetId: id, host: mapping.primary.host }
      await spoil(context, assessment, context.faults.of(at, 'Anchoring its chain', error))
    }
  }
  // A bookmark does not change what a listing is kept by, so only a full one shows it.
  const again = anchored.flatMap((id) => context.dataset(id) ?? [])
  if (again.length > 0)
    await assess(context, again, { mode: 'fresh', runId: writer.run.id, estimates: 'behind', signal })
  return { made: anchored.length, failed }
}

/** Whether one was made; null: none was wanted, or it was stopped. */
async function anchor(
  context: EngineContext,
  assessment: Assessment,
  writer: RunWriter,
  signal: AbortSignal,
): Promise<boolean | null> {
  const { dataset } = assessment
  const step = stepFor(context, assessment)
  if (step === null) return null
  await writer.wrote()
  const end = await runStep(step, {
    deps: context.deps,
    writer,
    datasetId: dataset.id,
    bandwidthLimit: null,
    signal,
    pool: { name: '', keepFree: dataset.config.policy.keepFree },
    stopAt: null,
    onBytes: () => {},
  })
  if (end.ended === 'cancelled') return null
  if (end.ended === 'done' && end.warnings.length === 0) {
    context.deps.log.info(`${step.title}: nothing newer arrives on the backup.`, fieldsOf(assessment, writer))
    return true
  }
  context.notAnchored.set(dataset.id, step.snapshot.guid)
  context.deps.log.warn(end.warnings[0] ?? `${step.title} did not work.`, fieldsOf(assessment, writer))
  return false
}

function stepFor(context: EngineContext, assessment: Assessment): Extract<Step, { kind: 'bookmark' }> | null {
  const { deps, states, repairing, notAnchored } = context
  const { dataset, inventory, comparison, verdict, memory, input } = assessment
  const { primary } = inventory
  const { policy } = dataset.config
  const now = deps.now()
  if (primary.state !== 'present' || repairing.has(dataset.id) || states.isPaused(dataset, now)) return null
  const { intervalSeconds } = input
  const snapshot = stallAnchor({ policy, inventory, comparison, verdict, memory, now, intervalSeconds })
  if (snapshot === null || notAnchored.get(dataset.id) === snapshot.guid) return null
  const [draft] = anchorSteps(planInput(context, assessment), primary satisfies PresentSide, [snapshot]).steps
  return draft === undefined ? null : { ...draft, n: 1 }
}

function planInput(context: EngineContext, assessment: Assessment): Parameters<typeof anchorSteps>[0] {
  const { dataset, inventory, comparison, verdict, memory, input } = assessment
  const { primary, backup } = dataset.mapping
  return {
    mapping: dataset.mapping,
    policy: dataset.config.policy,
    inventory,
    comparison,
    verdict,
    memory,
    options: {
      now: input.now,
      timezone: input.timezone,
      zfsCommands: { primary: zfsCommandOf(context, primary.host), backup: zfsCommandOf(context, backup.host) },
      paused: false,
      repairs: input.repairs,
    },
  }
}

function fieldsOf({ dataset }: Assessment, { run }: RunWriter) {
  return { runId: run.id, datasetId: dataset.id, host: dataset.mapping.primary.host }
}
