import { whatChanged } from '#lib/replication/stale.ts'
import { assess } from './assess.ts'
import { begin } from './begin.ts'
import { EngineContext } from './context.ts'
import { controls } from './controls.ts'
import type { EngineDeps } from './deps.ts'
import { enqueueAllowed } from './enqueue.ts'
import { inventories } from './inventories.ts'
import type { Monitored } from './monitored.ts'
import { type Preview, PreviewBook } from './preview-book.ts'
import { Refusal } from './refusal.ts'
import { Repairs, timeLeft } from './repairs.ts'
import { Scans } from './scans.ts'
import type { Engine, RepairRequest, Started } from './types.ts'
import { viewOf } from './views.ts'

/** The engine: scans, previews and repairs of all datasets of one configuration, over the given ports. */
export function createEngine(deps: EngineDeps): Engine {
  const context = new EngineContext(deps)
  const previews = new PreviewBook()
  const repairs: Repairs = new Repairs(context, (dataset) => scanChildren(dataset))
  const scans: Scans = new Scans(context, (assessment, run) => enqueueAllowed(context, repairs, assessment, run))
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

  async function preview(id: string, signal?: AbortSignal): Promise<Preview> {
    const dataset = found(id)
    const all = await assess(context, [dataset], { mode: 'fresh', runId: null, estimates: 'all', signal })
    const assessment = all.find((each) => each.dataset.id === id)
    if (assessment === undefined) throw new Error(`The look at ${id} did not answer for it.`)
    return previews.add(id, assessment.plan, deps.now())
  }

  async function repair(request: RepairRequest): Promise<Started> {
    const dataset = found(request.datasetId)
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
    const shown = request.planId == null ? null : await confirmed(dataset, request.planId)
    return repairs.accept(dataset, {
      shown: shown?.plan ?? null,
      planId: shown?.planId ?? null,
      plan: shown?.plan ?? null,
      automatic: false,
      trigger: request.trigger,
      reason: request.reason ?? null,
      timeLeftSeconds: timeLeft(context.newest(dataset.id)),
    })
  }

  /** The preview that a person chose, still true for the SANs as they are now. */
  async function confirmed(dataset: Monitored, planId: string): Promise<Preview> {
    const shown = previews.find(planId, dataset.id, deps.now())
    if (shown === null || shown === 'expired') {
      throw new Refusal(
        'PLAN_EXPIRED',
        `The plan ${planId} is ${shown === null ? 'not known (plans end with the process and after ten minutes)' : 'older than ten minutes'}; preview the repair again.`,
        { datasetId: dataset.id },
      )
    }
    const { plan } = shown
    if (plan.kind === 'NOTHING') throw new Refusal('NOTHING_TO_DO', plan.outcome, { datasetId: dataset.id })
    if (plan.blocked !== null)
      throw new Refusal('HELD', `${plan.blocked.because} ${plan.blocked.cure}`.trim(), { datasetId: dataset.id })
    const all = await assess(context, [dataset], { mode: 'fresh', runId: null, estimates: 'behind' })
    const assessment = all.find((each) => each.dataset.id === dataset.id)
    const changed =
      assessment === undefined
        ? 'it could not be read.'
        : whatChanged(plan.expects, assessment.inventory, assessment.comparison)
    if (changed !== null)
      throw new Refusal('PLAN_STALE', `The plan no longer matches the SANs: ${changed} Preview the repair again.`, {
        datasetId: dataset.id,
      })
    return shown
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
      await deps.store.syncConfig(deps.config(), deps.now())
      await states().load(deps.now())
      deps.log.info(`The configuration is in force: ${kept.size} mappings.`)
      repairs.pump()
    },
    datasets: () => context.datasets().map((dataset) => viewOf(context, parts, dataset)),
    dataset(id) {
      const dataset = context.dataset(id)
      return dataset === null ? null : viewOf(context, parts, dataset)
    },
    hosts: () => [...deps.config().hosts.keys()].map((id) => context.hosts.get(id)),
    ...inventories(context),
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
