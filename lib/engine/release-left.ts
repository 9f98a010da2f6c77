import { releaseStep, seedStands, seedTag } from '#lib/replication/plan/assemble.ts'
import { assess } from './assess.ts'
import type { Assessment, EngineContext } from './context.ts'
import { spoil } from './keep.ts'
import { runStep } from './run-step.ts'
import type { RunWriter } from './run-writer.ts'
import { isOfTheStore } from './state-book.ts'

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
