import type { EngineContext } from './context.ts'
import type { Scans } from './scans.ts'

/**
 * The first things after a start: what an earlier process left open is INTERRUPTED (unknown, neither failed nor done),
 * the config's datasets are known, and everything is looked at once, so that interrupted transfers are found by their
 * tokens on the SANs and not by what the database remembers.
 */
export async function begin(context: EngineContext, scans: Scans): Promise<void> {
  const { deps } = context
  const now = deps.now()
  const open = await deps.store.interruptOpen(
    now,
    'The service ended while this run was under way; the next look finds out how far it came.',
  )
  for (const run of open) {
    deps.log.warn(`Run ${run.id} was left open by an earlier process; it is INTERRUPTED.`, {
      runId: run.id,
      ...(run.datasetId === null ? {} : { datasetId: run.datasetId }),
    })
  }
  await context.takeConfig()
  // Nobody else will say that these have ended: the audit hears of it here.
  for (const run of open) deps.emit.run(run)
  const last = await deps.store.runs({ kind: ['SCAN'], limit: 20 })
  scans.remember(last.items.find((run) => run.scope.kind === 'all' && run.finishedAt !== null) ?? null)
}
