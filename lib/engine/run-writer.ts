import type { RunProgress, RunRecord, RunResult } from '#lib/db/types.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { EngineDeps } from './deps.ts'
import { etaSeconds, Rate } from './rate.ts'
import type { RunChange, RunEnds } from './run-ends.ts'

/** How a run ended. `outcome` is one sentence for a person. */
export interface RunEnd {
  readonly state: RunResult
  readonly outcome: string
  readonly error?: RunRecord['error']
  readonly decisions?: RunRecord['decisions']
}

const SAVE_EVERY_MS = 5000
const TELL_EVERY_MS = 900

/** Keeps one run's record: in memory for whoever looks now, in the store for afterwards, and tells listeners. */
export class RunWriter {
  readonly #deps: EngineDeps
  readonly #ends: RunEnds
  #run: RunRecord
  #rate = new Rate()
  #savedAt = 0
  #toldAt = 0
  /** Bytes of steps and tries that ended before the one that runs. */
  #before = 0
  /** The plan of a try that destroyed or set aside something. */
  #went: Plan | null = null

  constructor(deps: EngineDeps, ends: RunEnds, run: RunRecord) {
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
    await this.#change({ plan: this.#withWhatWent(plan), keep: true })
    this.#deps.emit.run(this.#run)
  }

  /** A step of this plan that cannot be undone was sent. */
  went(plan: Plan): void {
    this.#went ??= plan
  }

  /** A try that goes on after a cut has a plan of its own; what the run has destroyed or set aside stays on its record. */
  #withWhatWent(plan: Plan): Plan {
    const went = this.#went
    if (went === null) return plan
    const { destroys, setAside, kind } = went
    return { ...plan, kind: destroys.length > 0 ? kind : plan.kind, destroys, setAside: plan.setAside ?? setAside }
  }

  /** It is about to write to a SAN: it stays on record for ever. */
  async wrote(): Promise<void> {
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

  /** Bytes of the transfer that runs. Told at most once a second, saved every few seconds. */
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
    if (atMs - this.#toldAt >= TELL_EVERY_MS) {
      this.#toldAt = atMs
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

  /** Never fails, so that whoever waits for the run is told; a store that does not take it is asked again later. */
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
