import type { RunRecord } from '#lib/db/types.ts'
import { decisionOf } from '#lib/engine/decisions.ts'
import { Refusal } from '#lib/engine/refusal.ts'
import { aboutWords, concerns, stageOf } from '#lib/engine/silence.ts'
import type { DatasetView, Engine, HostState, Maintenance, ScanRequest } from '#lib/engine/types.ts'
import { NOW } from './fake-config.ts'
import { fakeInventory, fakePlan, fakeRun, fakeView } from './fake-views.ts'

export interface FakeEngine extends Engine {
  /** Every call that could change something, as `verb argument`. */
  readonly calls: { readonly verb: string; readonly input: unknown }[]
  /** The next call is refused with this. */
  refuse: Refusal | null
  views: DatasetView[]
  /** Of many: in force, planned and over, as of NOW. */
  kept: Maintenance[]
  known: Map<string, ReturnType<typeof fakeInventory>>
}

export const HOSTS: readonly HostState[] = [
  {
    id: 'hqs10',
    reachable: true,
    latencyMs: 12,
    checkedAt: NOW,
    seenAt: NOW,
    skewSeconds: 0,
    fault: null,
    pools: [
      {
        name: 'hqs10p1',
        health: 'ONLINE',
        readonly: false,
        sizeBytes: 2 ** 44,
        freeBytes: 2 ** 43,
        usable: { usedBytes: 2 ** 42, availableBytes: 2 ** 42 },
      },
    ],
  },
  {
    id: 'hqs7',
    reachable: false,
    latencyMs: null,
    checkedAt: NOW,
    seenAt: null,
    skewSeconds: null,
    fault: { host: 'hqs7', kind: 'timeout', reason: 'HOST_UNREACHABLE', message: 'Timed out.', retryable: true },
    pools: [],
  },
]

export function fakeEngine(): FakeEngine {
  const views = [
    fakeView('hq10-7.L1S4DAT1', { health: 'BROKEN', code: 'LAG_CRITICAL', delaySeconds: 2_246_400 }),
    fakeView('hq10-7.L1~1a2b3c', { name: 'vm/disk.0', health: 'WARNING', code: 'LAGGING', delaySeconds: 200_000 }),
    fakeView('hq8-1.ok', { pair: 'HQS8 → HQS1', name: 'OK' }),
    fakeView('hq8-1.new', {
      pair: 'HQS8 → HQS1',
      name: 'NEW',
      health: 'UNKNOWN',
      code: 'NOT_CHECKED',
      delaySeconds: null,
    }),
  ]
  const runs = new Map([
    [
      7,
      fakeRun(7, {
        state: 'RUNNING',
        kind: 'REPAIR',
        datasetId: 'hq10-7.L1S4DAT1',
        startedAt: NOW - 4000,
        plan: fakePlan('hq10-7.L1S4DAT1'),
      }),
    ],
    [6, fakeRun(6, { state: 'SUCCEEDED', startedAt: NOW - 60_000, finishedAt: NOW - 50_000, outcome: 'All seen.' })],
  ])

  const engine: FakeEngine = {
    calls: [],
    refuse: null,
    views,
    kept: [],
    known: new Map([['hq10-7.L1S4DAT1', fakeInventory('hq10-7.L1S4DAT1')]]),
    start: async () => {},
    stop: async () => {},
    configChanged: async () => {},
    datasets: () => engine.views,
    dataset: (id) => engine.views.find((view) => view.dataset.id === id) ?? null,
    hosts: () => HOSTS,
    inventory: async (id) => engine.known.get(id) ?? null,
    seen: (id) => engine.known.get(id) ?? null,
    inventories: async () => [...engine.known.values()],
    freshInventories: async (ids) => ids.flatMap((id) => engine.known.get(id) ?? []),
    scan: async (request) => {
      called('scan', withoutSignal(request))
      if (request.scope.kind === 'datasets') for (const id of request.scope.ids) known(id)
      if (request.scope.kind === 'pair' && request.scope.pair !== 'HQS8 → HQS1') {
        throw new Refusal('NO_SUCH_PAIR', `There is no pair ${request.scope.pair}.`)
      }
      return started(fakeRun(8, { kind: request.enqueue ? 'SCAN' : 'CHECK', reason: request.reason ?? null }))
    },
    preview: async (id) => {
      called('preview', id)
      known(id)
      return { planId: 'p-1', datasetId: id, plan: fakePlan(id), madeAt: NOW, expiresAt: NOW + 600_000 }
    },
    repair: async (request) => {
      called('repair', request)
      known(request.datasetId)
      return started(fakeRun(9, { kind: 'REPAIR', datasetId: request.datasetId, planId: request.planId ?? null }))
    },
    decisions: () =>
      engine.views.flatMap((view) => {
        const plan = decisionOf(view)
        return plan === null ? [] : [{ dataset: view.dataset, plan }]
      }),
    adoptPrimary: async (id, { reason }) => {
      called('adoptPrimary', { id, reason })
      known(id)
      return fakeRun(8, { kind: 'SCAN', reason })
    },
    adopt: async (request) => {
      called('adopt', request)
      return request.choices.map(({ datasetId, planHash }) => {
        if (engine.dataset(datasetId)?.plan?.hash === planHash) return { datasetId, runId: 9, refusal: null }
        const refusal = new Refusal('PLAN_STALE', `The plan for ${datasetId} is another one by now.`, { datasetId })
        return { datasetId, runId: null, refusal }
      })
    },
    cancel: async (runId, by) => {
      called('cancel', [runId, by])
      const run = runs.get(runId)
      if (run === undefined) throw new Refusal('NO_SUCH_RUN', `There is no run ${runId}.`)
      if (run.finishedAt !== null) throw new Refusal('NOT_RUNNING', `Run ${runId} has ended.`, { runId })
      return run
    },
    run: async (runId) => runs.get(runId) ?? null,
    actions: async (runId) => [
      {
        id: 1,
        runId,
        datasetId: null,
        step: 1,
        kind: 'COMMAND',
        title: 'Bookmark',
        host: 'hqs10',
        command: [['zfs', 'bookmark']],
        state: 'SUCCEEDED',
        startedAt: NOW - 3000,
        finishedAt: NOW - 2000,
        exitCode: 0,
        bytes: null,
        error: null,
        detail: {},
      },
    ],
    activeRuns: () => [...runs.values()].filter((run) => run.finishedAt === null),
    pause: async (id, control) => control_('pause', id, control),
    resume: async (id, by) => control_('resume', id, by),
    ack: async (id, control) => control_('ack', id, control),
    unack: async (id, by) => control_('unack', id, by),
    maintenances: () => engine.kept.filter(({ stage }) => stage !== 'over'),
    pastMaintenances: async () => engine.kept.filter(({ stage }) => stage === 'over').toReversed(),
    maintain: async (request) => {
      called('maintain', request)
      const { scope } = request
      if (scope.kind === 'datasets') for (const id of scope.ids) known(id)
      if (scope.kind === 'hosts' && scope.hosts.includes('nowhere'))
        throw new Refusal('NO_SUCH_HOST', 'There is no host nowhere.')
      const facts = { ...request, id: engine.kept.length + 1, madeAt: NOW, endedAt: null, endedBy: null }
      const stage = stageOf(facts, NOW)
      const concerned = engine.views.filter(({ dataset }) => concerns(scope, dataset)).map(({ dataset }) => dataset.id)
      const made = { ...facts, noted: stage, stage, about: aboutWords(scope), concerns: concerned }
      engine.kept.push(made)
      return made
    },
    endMaintenance: async (id, by) => {
      called('endMaintenance', [id, by])
      const found = engine.kept.find((each) => each.id === id && each.stage !== 'over')
      if (found === undefined) throw new Refusal('NO_SUCH_MAINTENANCE', `There is no maintenance ${id}.`)
      const ended = { ...found, endedAt: NOW, endedBy: by, stage: 'over' as const, noted: 'over' as const }
      engine.kept = engine.kept.map((each) => (each.id === id ? ended : each))
      return ended
    },
    schedulerPause: () =>
      engine.kept.find(({ scope, stage }) => scope.kind === 'scheduler' && stage === 'in force') ?? null,
    keepTime: async () => {},
    lastScan: () => ({ finished: runs.get(6) ?? null, running: null }),
  }

  function called(verb: string, input: unknown): void {
    engine.calls.push({ verb, input })
    const refusal = engine.refuse
    engine.refuse = null
    if (refusal) throw refusal
  }
  function known(id: string): void {
    if (engine.dataset(id) === null)
      throw new Refusal('NO_SUCH_DATASET', `There is no dataset ${id}.`, { datasetId: id })
  }
  async function control_(verb: string, id: string, input: unknown): Promise<void> {
    called(verb, [id, input])
    known(id)
  }
  return engine
}

function started(run: RunRecord) {
  return { run, done: Promise.resolve({ ...run, state: 'SUCCEEDED' as const, finishedAt: NOW, outcome: 'Done.' }) }
}

function withoutSignal({ signal: _signal, ...request }: ScanRequest) {
  return request
}
