import type { RunRecord } from '#lib/db/types.ts'
import type { Assessment, EngineContext } from './context.ts'
import { blocked } from './run-end.ts'

/** With dry_run the plan is put on record whenever it changes: a run that was held back, with its commands. */
export async function recordDryRun(
  context: EngineContext,
  { dataset, plan }: Assessment,
  scan: RunRecord,
): Promise<void> {
  const { deps, states } = context
  const state = states.state(dataset.id)
  if (state === null || state.planHash === plan.hash || plan.steps.length === 0) return
  await context.ends.recordLeft()
  const created = await deps.store.createRun({
    kind: 'REPAIR',
    trigger: scan.trigger,
    datasetId: dataset.id,
    scope: { kind: 'datasets', ids: [dataset.id] },
    reason: `dry_run, found by run ${scan.id}.`,
    plan,
    planId: null,
    keep: false,
    now: deps.now(),
  })
  if (!created.ok) return
  const line = dataset.config.dryRunLine ?? dataset.config.at.line
  const end = blocked(
    'DRY_RUN',
    `dry_run is true for this dataset (${dataset.config.at.file} line ${line}): the plan is recorded, nothing was sent.`,
  )
  const now = deps.now()
  await context.ends.record(created.run.id, {
    state: end.state,
    outcome: end.outcome,
    decisions: end.decisions ?? [],
    startedAt: now,
    finishedAt: now,
  })
  await context.inTurn(async () => {
    const id = context.current(dataset)?.id ?? dataset.id
    const current = states.state(id)
    if (current === null) return
    states.set({ ...current, planHash: plan.hash })
    await states.save([id])
  })
}
