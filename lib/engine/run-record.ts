import type { RunProgress, RunRecord, RunResult } from '#lib/db/types.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { Assessment, Knowledge } from './knowledge.ts'
import type { EngineDeps, StepFault } from './ports.ts'

/** How a run ended. `outcome` is one sentence for a person. */
export interface RunEnd {
  readonly state: RunResult
  readonly outcome: string
  readonly error?: RunRecord['error']
  readonly decisions?: RunRecord['decisions']
}

type RunDeps = Pick<EngineDeps, 'store' | 'emit' | 'log' | 'now'>

const SAVE_EVERY_MS = 5000
const REPORT_EVERY_MS = 900

/** Keeps one run's record: in memory for whoever looks now, in the store for afterwards, and reports it to listeners. */
export class RunWriter {
  readonly #deps: RunDeps
  readonly #ends: UnrecordedEnds
  #run: RunRecord
  #rate = new Rate()
  #savedAt = 0
  #reportedAt = 0
  /** Bytes of steps and tries that ended before the one that runs. */
  #before = 0
  /** The plan of a try that destroyed or set aside something. */
  #irreversible: Plan | null = null

  constructor(deps: RunDeps, ends: UnrecordedEnds, run: RunRecord) {
    this.#deps = deps
    this.#ends = ends
    this.#run = run
  }

  get run(): RunRecord {
    return this.#run
  }

  async start(phase: RunProgress['phase']): Promise<void> {
    await this.#change({ state: 'RUNNING', startedAt: this.#deps.now(), progress: progressOf(phase) })
    this.#deps.emit.run(this.#run)
  }

  async planned(plan: Plan): Promise<void> {
    await this.#change({ plan: this.#withIrreversible(plan), keep: true })
    this.#deps.emit.run(this.#run)
  }

  /** A step of this plan that cannot be undone was sent. */
  sentIrreversible(plan: Plan): void {
    this.#irreversible ??= plan
  }

  /** A try that goes on after a cut has a plan of its own; what the run has destroyed or set aside stays on its record. */
  #withIrreversible(plan: Plan): Plan {
    if (this.#irreversible === null) return plan
    const { destroys, setAside, kind } = this.#irreversible
    return { ...plan, kind: destroys.length > 0 ? kind : plan.kind, destroys, setAside: plan.setAside ?? setAside }
  }

  /** It is about to write to a SAN: it stays on record for ever. */
  async writesToSan(): Promise<void> {
    if (!this.#run.keep) await this.#change({ keep: true })
  }

  async phase(
    phase: RunProgress['phase'],
    step: { readonly index: number; readonly count: number } | null = null,
  ): Promise<void> {
    const before = this.#run.progress ?? progressOf(phase)
    await this.#change({
      progress: {
        ...before,
        phase,
        stepIndex: step?.index ?? before.stepIndex,
        stepCount: step?.count ?? before.stepCount,
      },
    })
    this.#deps.emit.run(this.#run)
  }

  /** A transfer begins: rate and totals start anew. */
  transferBegins(totalBytes: number | null): void {
    this.#rate = new Rate()
    this.#before = this.#run.bytes
    const before = this.#run.progress ?? progressOf('transferring')
    this.#run = {
      ...this.#run,
      progress: { ...before, bytesDone: 0, bytesTotal: totalBytes, bytesPerSecond: null, etaSeconds: null },
    }
  }

  /** Bytes of the transfer that runs. Reported at most once a second, saved every few seconds. */
  transferred(bytes: number, totalBytes: number | null, atMs: number): void {
    const before = this.#run.progress ?? progressOf('transferring')
    const moved = bytes > before.bytesDone
    this.#rate.add(atMs, bytes)
    const bytesPerSecond = this.#rate.bytesPerSecond()
    const total = totalBytes ?? before.bytesTotal
    const progress: RunProgress = {
      ...before,
      bytesDone: bytes,
      bytesTotal: total,
      bytesPerSecond,
      etaSeconds: etaSeconds(bytes, total, bytesPerSecond),
      lastByteAt: moved ? atMs : before.lastByteAt,
    }
    this.#run = { ...this.#run, progress, bytes: this.#before + bytes }
    if (atMs - this.#reportedAt >= REPORT_EVERY_MS) {
      this.#reportedAt = atMs
      this.#deps.emit.progress(this.#run)
    }
    if (atMs - this.#savedAt >= SAVE_EVERY_MS) {
      this.#savedAt = atMs
      this.#change({}).catch((error: unknown) =>
        this.#deps.log.error(`The progress of run ${this.#run.id} could not be saved: ${error}`, {
          runId: this.#run.id,
        }),
      )
    }
  }

  /** Never fails, so that whoever waits for the run hears of it; a store that does not take it is asked again later. */
  async finish(end: RunEnd): Promise<RunRecord> {
    const progress =
      this.#run.progress === null
        ? null
        : { ...this.#run.progress, phase: 'done' as const, bytesPerSecond: null, etaSeconds: null }
    const change = {
      state: end.state,
      outcome: end.outcome,
      error: end.error ?? null,
      decisions: end.decisions ?? this.#run.decisions,
      finishedAt: this.#deps.now(),
      progress,
      bytes: this.#run.bytes,
    }
    this.#run = { ...this.#run, ...change }
    await this.#ends.record(this.#run.id, change)
    this.#deps.emit.run(this.#run)
    return this.#run
  }

  async #change(change: RunChange): Promise<void> {
    this.#run = { ...this.#run, ...change }
    await this.#deps.store.updateRun(this.#run.id, { ...change, bytes: this.#run.bytes, progress: this.#run.progress })
  }
}

function progressOf(phase: RunProgress['phase']): RunProgress {
  return {
    phase,
    stepIndex: 0,
    stepCount: 0,
    bytesDone: 0,
    bytesTotal: null,
    totalIsEstimate: true,
    bytesPerSecond: null,
    etaSeconds: null,
    lastByteAt: null,
  }
}

/** Ends of a repair that more than one place needs. */
export function blocked(code: string, message: string): RunEnd {
  return { state: 'BLOCKED', outcome: message, decisions: [{ rule: code, count: 1, message }] }
}

export function withWarnings(outcome: string, warnings: readonly string[]): RunEnd {
  return {
    state: 'SUCCEEDED_WITH_WARNINGS',
    outcome: `${outcome} ${warnings.join(' ')}`,
    decisions: warnings.map((message) => ({ rule: 'WARNING', count: 1, message })),
  }
}

export function failed(fault: StepFault, step: number | null, tries: number): RunEnd {
  const again = tries > 1 ? ` It was tried ${tries} times.` : ''
  return {
    state: 'FAILED',
    outcome: `${fault.message}${again}`,
    error: {
      kind: fault.kind,
      message: fault.message,
      step,
      host: fault.host,
      stderrTail: fault.stderrTail,
      retryable: fault.retryable,
    },
  }
}

/** Of a fault that is no failure; null: it is one. */
export function endOf({ kind, message }: StepFault): RunEnd | null {
  if (kind === 'not-as-confirmed') return blocked('PLAN_STALE', message)
  if (kind === 'window-ended') return { state: 'INTERRUPTED', outcome: message }
  return kind === 'low-space' ? blocked('LOW_SPACE', message) : null
}

type RunChange = Partial<Omit<RunRecord, 'id' | 'kind' | 'trigger' | 'queuedAt'>>

/**
 * Ends of runs that the store did not take: its disk was full, or it was locked. Nothing runs them any more, but as
 * long as the store says so their datasets count as being repaired; so they are written before the next run is made.
 */
export class UnrecordedEnds {
  readonly #deps: Pick<EngineDeps, 'store' | 'log'>
  readonly #left = new Map<number, RunChange>()

  constructor(deps: Pick<EngineDeps, 'store' | 'log'>) {
    this.#deps = deps
  }

  /** Never fails: what the store does not take now it is given again. */
  async record(runId: number, end: RunChange): Promise<void> {
    this.#left.set(runId, end)
    await this.#write(runId, end)
  }

  async recordLeft(): Promise<void> {
    for (const [runId, end] of [...this.#left]) await this.#write(runId, end)
  }

  async #write(runId: number, end: RunChange): Promise<void> {
    try {
      await this.#deps.store.updateRun(runId, end)
      this.#left.delete(runId)
    } catch (error) {
      this.#deps.log.error(`The end of run ${runId} (${end.state}) is not on record yet: ${error}`, { runId })
    }
  }
}

/** With dry_run the plan is put on record whenever it changes: a run that was held back, with its commands. */
export async function recordDryRun(
  by: {
    readonly deps: Pick<EngineDeps, 'store' | 'now'>
    readonly ends: UnrecordedEnds
    readonly knowledge: Knowledge
  },
  { dataset, plan }: Assessment,
  scan: RunRecord,
): Promise<void> {
  const { deps, ends, knowledge } = by
  const { states } = knowledge
  const state = states.state(dataset.id)
  if (state === null || state.planHash === plan.hash || plan.steps.length === 0) return
  await ends.recordLeft()
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
  await ends.record(created.run.id, {
    state: end.state,
    outcome: end.outcome,
    decisions: end.decisions ?? [],
    startedAt: now,
    finishedAt: now,
  })
  await knowledge.inTurn(async () => {
    const id = knowledge.current(dataset)?.id ?? dataset.id
    const current = states.state(id)
    if (current === null) return
    states.set({ ...current, planHash: plan.hash })
    await states.save([id])
  })
}

/** Rate over a sliding window, so that a pause shows within seconds and a burst does not promise too much. */
export class Rate {
  readonly #samples: { readonly atMs: number; readonly bytes: number }[] = []

  add(atMs: number, bytes: number): void {
    this.#samples.push({ atMs, bytes })
    while (this.#samples.length > 2 && atMs - (this.#samples[0]?.atMs ?? atMs) > WINDOW_MS) this.#samples.shift()
  }

  /** Bytes per second, null before there are two samples. */
  bytesPerSecond(): number | null {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return null
    return Math.round(((last.bytes - first.bytes) * 1000) / (last.atMs - first.atMs))
  }
}

const WINDOW_MS = 20_000

/** Seconds left at this rate, null where it cannot be said. */
export function etaSeconds(done: number, total: number | null, bytesPerSecond: number | null): number | null {
  if (total === null || bytesPerSecond === null || bytesPerSecond <= 0) return null
  return Math.max(0, Math.round((total - done) / bytesPerSecond))
}
