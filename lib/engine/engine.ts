import { assess } from './assess.ts'
import { EngineContext } from './context.ts'
import { adopt, adoptPrimary, controls, decisionOf, settleFailures } from './decisions.ts'
import { enqueueAllowed, startsByItself } from './enqueue.ts'
import type { Monitored } from './monitored.ts'
import type { EngineDeps } from './ports.ts'
import { confirmedPreview, makePreview, PreviewBook } from './preview.ts'
import { Refusal } from './refusal.ts'
import { RepairQueue, timeLeft } from './repair-queue.ts'
import { Scans } from './scan.ts'
import type { Engine, Preview, PreviewOptions, RepairRequest, Started } from './types.ts'
import { inventories, viewOf } from './views.ts'

/** The engine: scans, previews and repairs of all datasets of one configuration, over the given ports. */
export function createEngine(deps: EngineDeps): Engine {
  const context = new EngineContext(deps)
  const previews = new PreviewBook()
  const repairs: RepairQueue = new RepairQueue(context, (dataset) => scanChildren(dataset))
  const scans: Scans = new Scans(context, {
    startsByItself: (assessment) => startsByItself(context, repairs, assessment, assessment.plan),
    queue: (assessment, run) => enqueueAllowed(repairs, assessment, run),
  })
  const parts = { repairs, scans }

  /** A backup that has just come into being lets the children below it begin. */
  function scanChildren(parent: Monitored): void {
    const ids = context
      .datasets()
      .filter((dataset) => !dataset.retired && isChildOf(dataset, parent))
      .map(({ id }) => id)
    if (ids.length === 0) return
    const trigger = {
      type: 'internal' as const,
      actor: 'engine',
      role: 'admin',
      address: null,
      userAgent: null,
      requestId: null,
    }
    scans
      .start({ scope: { kind: 'datasets', ids }, enqueue: true, trigger })
      .catch((error: unknown) =>
        deps.log.warn(`The children of ${parent.id} could not be looked at: ${error}`, { datasetId: parent.id }),
      )
  }

  function found(id: string): Monitored {
    const dataset = context.dataset(id)
    if (dataset !== null) return dataset
    throw new Refusal(
      'NO_SUCH_DATASET',
      `There is no dataset ${JSON.stringify(id)}; GET /api/datasets or \`zwitness datasets\` lists them.`,
      { datasetId: id },
    )
  }

  async function preview(id: string, options: PreviewOptions = {}): Promise<Preview> {
    const dataset = found(id)
    return previews.add(id, await makePreview(context, repairs, dataset, options), deps.now())
  }

  /** A dataset that a person may have repaired at this moment. */
  function repairable(id: string): Monitored {
    const dataset = found(id)
    const { policy, at, dryRunLine } = dataset.config
    const active = repairs.ofDataset(dataset.id)
    if (active !== null)
      throw new Refusal('ALREADY_RUNNING', `Run ${active.id} repairs ${dataset.id} already.`, {
        runId: active.id,
        datasetId: dataset.id,
      })
    if (dataset.retired)
      throw new Refusal(
        'HELD',
        `${dataset.mapping.primary.dataset} is gone from ${dataset.mapping.primary.host}; its backup is kept as it is.`,
        { datasetId: dataset.id },
      )
    if (policy.dryRun)
      throw new Refusal(
        'POLICY_FORBIDS',
        `dry_run is true for ${dataset.id} (${at.file} line ${dryRunLine ?? at.line}), so nothing is written to either SAN; preview it, or set dry_run: false and reload.`,
        { datasetId: dataset.id },
      )
    if (states().isPaused(dataset, deps.now()))
      throw new Refusal('PAUSED', `${dataset.id} is paused; resume it first.`, { datasetId: dataset.id })
    return dataset
  }

  async function repair(request: RepairRequest): Promise<Started> {
    const dataset = repairable(request.datasetId)
    const { planId } = request
    const shown = planId == null ? null : await confirmedPreview(context, previews, dataset, { ...request, planId })
    return repairs.accept(dataset, {
      shown: shown?.plan ?? null,
      planId: shown?.planId ?? null,
      plan: shown?.plan ?? null,
      confirmed: (shown?.plan.destroys.length ?? 0) > 0,
      automatic: false,
      trigger: request.trigger,
      reason: request.reason ?? null,
      timeLeftSeconds: timeLeft(context.newest(dataset.id)),
    })
  }

  function states() {
    return context.states
  }

  return {
    start: () => begin(context, scans),
    async stop() {
      await Promise.all([scans.stop(), repairs.stop()])
    },
    async configChanged() {
      const kept = new Set(deps.config().datasets.map(({ id }) => id))
      await context.takeConfig()
      await settleFailures(
        context,
        context.datasets().map(({ id }) => id),
      )
      deps.log.info(`The configuration is in force: ${kept.size} mappings.`)
      repairs.pump()
    },
    datasets: () => context.datasets().map((dataset) => viewOf(context, parts, dataset)),
    dataset(id) {
      const dataset = context.dataset(id)
      return dataset === null ? null : viewOf(context, parts, dataset)
    },
    hosts: () => [...deps.config().hosts.keys()].map((id) => context.hosts.get(id)),
    async inventory(id, signal) {
      const dataset = context.dataset(id)
      if (dataset === null) return null
      const known = context.newest(id)
      if (known !== null) return known.inventory
      const all = await assess(context, [dataset], { mode: 'incremental', runId: null, estimates: 'behind', signal })
      return all.find((each) => each.dataset.id === id)?.inventory ?? null
    },
    scan: (request) => scans.start(request),
    preview,
    repair,
    decisions: () =>
      context.datasets().flatMap((dataset) => {
        const plan = decisionOf(viewOf(context, parts, dataset))
        return plan === null ? [] : [{ dataset, plan }]
      }),
    adopt: (request) =>
      adopt(
        {
          repairs,
          repairable,
          view: (dataset) => viewOf(context, parts, dataset),
          timeLeft: ({ id }) => timeLeft(context.newest(id)),
        },
        request,
      ),
    async adoptPrimary(id, { reason, trigger }) {
      await adoptPrimary(context, found(id), { by: trigger.actor, from: trigger.address, reason })
      const scope = { kind: 'datasets' as const, ids: [id] }
      try {
        return (await scans.start({ scope, enqueue: true, trigger, reason })).run
      } catch (error) {
        // The one that is under way has not ended; the one after it judges by that word.
        const under = error instanceof Refusal && error.runId !== null ? await this.run(error.runId) : null
        if (under === null) throw error
        return under
      }
    },
    async cancel(runId, by) {
      const scanning = scans.cancel(runId, by)
      if (scanning !== null) return scanning
      if (repairs.run(runId) !== null) return repairs.cancel(runId, { kind: 'cancelled', by })
      const run = await deps.store.run(runId)
      if (run === null) throw new Refusal('NO_SUCH_RUN', `There is no run ${runId}; GET /api/runs lists them.`)
      throw new Refusal(
        'NOT_RUNNING',
        `Run ${runId} has ended already (${run.state}), so there is nothing to cancel.`,
        { runId },
      )
    },
    run: async (runId) =>
      repairs.run(runId) ?? scans.running().find((run) => run.id === runId) ?? deps.store.run(runId),
    actions: (runId) => deps.store.actions(runId),
    activeRuns: () => [...scans.running(), ...repairs.active()],
    ...controls(context, found),
    ...inventories(context),
    lastScan: () => scans.last(),
  }
}

function isChildOf(dataset: Monitored, parent: Monitored): boolean {
  const name = dataset.mapping.primary.dataset
  const above = `${parent.mapping.primary.dataset}/`
  return (
    dataset.parentId !== null &&
    dataset.config.id === parent.config.id &&
    name.startsWith(above) &&
    !name.slice(above.length).includes('/')
  )
}

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
