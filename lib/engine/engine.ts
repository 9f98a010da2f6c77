import { Assessor } from './assess.ts'
import { adopt, adoptPrimary, controls, decisionOf, settleFailures } from './decisions.ts'
import { enqueueAllowed, startsByItself } from './enqueue.ts'
import { InternalFaults } from './internal-faults.ts'
import { Knowledge } from './knowledge.ts'
import { Maintenances, maintenanceCalls } from './maintenance.ts'
import type { Monitored } from './monitored.ts'
import type { Emit, EngineDeps, EngineLog } from './ports.ts'
import { confirmedPreview, makePreview, PreviewBook } from './preview.ts'
import { noSuchDataset, Refusal } from './refusal.ts'
import { RepairQueue, timeLeft } from './repair-queue.ts'
import { UnrecordedEnds } from './run-record.ts'
import { BY_ITSELF, Scans } from './scan.ts'
import { type Silence, silenceWords } from './silence.ts'
import type { Engine, Preview, PreviewOptions, RepairRequest, Started } from './types.ts'
import { Underway } from './underway.ts'
import { Upkeep } from './upkeep.ts'
import { inventories, viewOf } from './views.ts'

/** The engine: scans, previews and repairs of all datasets of one configuration, over the given ports. */
export function createEngine(given: EngineDeps): Engine {
  const deps: EngineDeps = { ...given, emit: guarded(given.emit, given.log) }
  const faults = new InternalFaults(deps)
  const knowledge = new Knowledge(deps, faults)
  const underway = new Underway()
  const ends = new UnrecordedEnds(deps)
  const assessor = new Assessor(deps, knowledge, underway, faults)
  const previews = new PreviewBook()
  const queue: RepairQueue = new RepairQueue({ deps, knowledge, underway, assessor, ends }, (dataset) =>
    scanChildren(dataset),
  )
  const upkeep = new Upkeep({ deps, knowledge, underway, assessor, faults })
  const scans = new Scans(
    { deps, knowledge, assessor, upkeep, ends, faults },
    {
      startsByItself: (assessment) =>
        startsByItself({ knowledge, underway, now: deps.now }, assessment, assessment.plan),
      queue: (assessment, run) => enqueueAllowed(queue, assessment, run),
    },
  )
  const maintenances = new Maintenances({ deps, knowledge, scans, found })
  const isChecking = (id: string) => scans.isChecking(id)
  const queuePosition = (runId: number) => queue.position(runId)
  const view = (dataset: Monitored) => viewOf({ deps, knowledge, underway, faults, isChecking, queuePosition }, dataset)

  /** A backup that has just come into being lets the children below it begin. */
  function scanChildren(parent: Monitored): void {
    const ids = knowledge
      .datasets()
      .filter((dataset) => !dataset.retired && isChildOf(dataset, parent))
      .map(({ id }) => id)
    if (ids.length === 0) return
    scans
      .start({ scope: { kind: 'datasets', ids }, enqueue: true, trigger: BY_ITSELF })
      .catch((error: unknown) =>
        deps.log.warn(`The children of ${parent.id} could not be looked at: ${error}`, { datasetId: parent.id }),
      )
  }

  function found(id: string): Monitored {
    const dataset = knowledge.dataset(id)
    if (dataset !== null) return dataset
    throw noSuchDataset(id)
  }

  async function preview(id: string, options: PreviewOptions = {}): Promise<Preview> {
    const dataset = found(id)
    return previews.add(
      id,
      await makePreview({ assessor, knowledge, underway, now: deps.now }, dataset, options),
      deps.now(),
    )
  }

  /** A dataset that a person may have repaired at this moment. */
  function repairable(id: string): Monitored {
    const dataset = found(id)
    const { policy, at, dryRunLine } = dataset.config
    const active = underway.repairOf(dataset.id)
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
    const pause = knowledge.states.silence(dataset, 'pause', deps.now())
    if (pause !== null) throw new Refusal('PAUSED', pausedSentence(dataset.id, pause), { datasetId: dataset.id })
    return dataset
  }

  function pausedSentence(id: string, pause: Silence): string {
    const { maintenance, origin } = pause
    const cure =
      origin === 'config'
        ? 'take that out and reload'
        : maintenance === null
          ? 'resume it first'
          : `end that first (zwitness maintenance end ${maintenance.id})`
    return `${id} is paused${silenceWords(pause, deps.config().scheduler.timezone)}; ${cure}.`
  }

  async function repair(request: RepairRequest): Promise<Started> {
    const dataset = repairable(request.datasetId)
    const { planId } = request
    const shown =
      planId == null
        ? null
        : await confirmedPreview({ assessor, now: deps.now }, previews, dataset, { ...request, planId })
    return queue.accept(dataset, {
      shown: shown?.plan ?? null,
      planId: shown?.planId ?? null,
      plan: shown?.plan ?? null,
      confirmed: (shown?.plan.destroys.length ?? 0) > 0,
      automatic: false,
      trigger: request.trigger,
      reason: request.reason ?? null,
      timeLeftSeconds: timeLeft(knowledge.newest(dataset.id)),
    })
  }

  return {
    start: () => begin(deps, knowledge, scans),
    async stop() {
      maintenances.stop()
      await Promise.all([scans.stop(), queue.stop()])
    },
    async configChanged() {
      const kept = new Set(deps.config().datasets.map(({ id }) => id))
      await knowledge.takeConfig()
      await settleFailures(
        knowledge,
        knowledge.datasets().map(({ id }) => id),
      )
      deps.log.info(`The configuration is in force: ${kept.size} mappings.`)
      queue.pump()
    },
    datasets: () => knowledge.datasets().map((dataset) => view(dataset)),
    dataset(id) {
      const dataset = knowledge.dataset(id)
      return dataset === null ? null : view(dataset)
    },
    hosts: () => [...deps.config().hosts.keys()].map((id) => knowledge.hosts.get(id)),
    scan: (request) => scans.start(request),
    preview,
    repair,
    decisions: () =>
      knowledge.datasets().flatMap((dataset) => {
        const plan = decisionOf(view(dataset))
        return plan === null ? [] : [{ dataset, plan }]
      }),
    adopt: (request) =>
      adopt(
        {
          queue,
          repairable,
          view,
          timeLeft: ({ id }) => timeLeft(knowledge.newest(id)),
        },
        request,
      ),
    async adoptPrimary(id, { reason, trigger }) {
      await adoptPrimary(deps, knowledge, found(id), { by: trigger.actor, from: trigger.address, reason })
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
      if (underway.run(runId) !== null) return queue.cancel(runId, { kind: 'cancelled', by })
      const run = await deps.store.run(runId)
      if (run === null) throw new Refusal('NO_SUCH_RUN', `There is no run ${runId}; GET /api/runs lists them.`)
      throw new Refusal(
        'NOT_RUNNING',
        `Run ${runId} has ended already (${run.state}), so there is nothing to cancel.`,
        { runId },
      )
    },
    run: async (runId) =>
      underway.run(runId) ?? scans.running().find((run) => run.id === runId) ?? deps.store.run(runId),
    actions: (runId) => deps.store.actions(runId),
    activeRuns: () => [...scans.running(), ...underway.repairs()],
    ...controls(deps, knowledge, found, () => maintenances.arm()),
    ...maintenanceCalls(maintenances),
    ...inventories(knowledge, assessor, deps.now),
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
export async function begin(
  deps: Pick<EngineDeps, 'store' | 'log' | 'emit' | 'now'>,
  knowledge: Pick<Knowledge, 'takeConfig'>,
  scans: Pick<Scans, 'remember'>,
): Promise<void> {
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
  await knowledge.takeConfig()
  // Nothing else will report that these have ended: the audit hears of it here.
  for (const run of open) deps.emit.run(run)
  const last = await deps.store.runs({ kind: ['SCAN'], limit: 20 })
  scans.remember(last.items.find((run) => run.scope.kind === 'all' && run.finishedAt !== null) ?? null)
}

/** A listener that fails is no fault of what it listens to. */
function guarded(emit: Emit, log: EngineLog): Emit {
  const report = (say: () => void): void => {
    try {
      say()
    } catch (error) {
      log.error(`A listener of the engine failed: ${error instanceof Error ? error.stack : error}`)
    }
  }
  return {
    dataset: (record) => report(() => emit.dataset(record)),
    run: (run) => report(() => emit.run(run)),
    progress: (run) => report(() => emit.progress(run)),
    host: (state) => report(() => emit.host(state)),
    control: (id, controls) => report(() => emit.control(id, controls)),
    maintenance: (maintenance) => report(() => emit.maintenance(maintenance)),
  }
}
