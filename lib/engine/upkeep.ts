import { stallAnchor } from '#lib/replication/chain.ts'
import { anchorSteps, releaseStep, seedStands, seedTag } from '#lib/replication/plan/assemble.ts'
import type { PresentSide } from '#lib/replication/types/inventory.ts'
import type { Step } from '#lib/replication/types/plan.ts'
import { assess } from './assess.ts'
import type { Assessment, EngineContext } from './context.ts'
import { zfsCommandOf } from './judge-one.ts'
import { spoil } from './keep.ts'
import { isOfTheStore } from './remembered.ts'
import type { RunWriter } from './run-record.ts'
import { runStep } from './run-step.ts'

interface Anchored {
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

/**
 * Holds that the run of a first transfer has left on a primary, because it was killed or its end could not be seen. They
 * stay while there is something that can go on; else a check releases them. What is held is in the listing, by whom is
 * asked once for each set of holds. @returns how many datasets were released
 */
export async function releaseLeft(
  context: EngineContext,
  assessments: readonly Assessment[],
  writer: RunWriter,
  signal: AbortSignal,
): Promise<number> {
  const released: string[] = []
  for (const assessment of assessments) {
    try {
      if (!signal.aborted && (await release(context, assessment, writer, signal))) released.push(assessment.dataset.id)
    } catch (error) {
      if (isOfTheStore(error)) throw error
      const { id, mapping } = assessment.dataset
      const at = { datasetId: id, host: mapping.primary.host }
      await spoil(context, assessment, context.faults.of(at, 'Releasing what a first transfer has held', error))
    }
  }
  // A hold does not change what a listing is kept by, so only a full one shows that it is gone.
  const again = released.flatMap((id) => context.dataset(id) ?? [])
  if (again.length > 0)
    await assess(context, again, { mode: 'fresh', runId: writer.run.id, estimates: 'behind', signal })
  return released.length
}

async function release(
  context: EngineContext,
  { dataset, inventory, planInput }: Assessment,
  writer: RunWriter,
  signal: AbortSignal,
): Promise<boolean> {
  const { deps, repairing, states, held } = context
  const { mapping, config } = dataset
  const { primary } = inventory
  if (primary.state !== 'present' || config.policy.dryRun || states.isPaused(dataset, deps.now())) return false
  const some = primary.snapshots.filter(({ holds }) => holds > 0)
  const key = some.map(({ guid, holds }) => `${guid} ${holds}`).join('\n')
  if (some.length === 0) held.delete(dataset.id)
  if (some.length === 0 || held.get(dataset.id) === key) return false
  if (repairing.has(dataset.id) || seedStands(inventory)) return false
  const { host, dataset: name } = mapping.primary
  const names = some.map((entry) => `${name}@${entry.name}`)
  const ours = await deps.sans.heldBy(host, seedTag(mapping), names, signal)
  if (ours === null) return false
  // Others' are asked about once; one of ours that cannot be released is told once.
  held.set(dataset.id, key)
  if (ours.length === 0) return false
  const step = { ...releaseStep(planInput, ours), n: 1 }
  await writer.wrote()
  const end = await runStep(step, {
    deps,
    writer,
    datasetId: dataset.id,
    bandwidthLimit: null,
    signal,
    pool: { name: '', keepFree: config.policy.keepFree },
    stopAt: null,
    onBytes: () => {},
  })
  const [warning] = end.warnings
  const at = { runId: writer.run.id, datasetId: dataset.id, host }
  if (warning !== undefined) deps.log.warn(warning, at)
  else deps.log.info(`${step.title}: no first transfer needs it any more.`, at)
  return end.ended === 'done' && warning === undefined
}
