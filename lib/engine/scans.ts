import type { RunRecord, Trigger } from '#lib/db/types.ts'
import type { EngineContext } from './context.ts'
import type { Monitored } from './monitored.ts'
import { Refusal } from './refusal.ts'
import { RunWriter } from './run-writer.ts'
import { type Enqueue, scan } from './scan.ts'
import type { ScanRequest, Scope, Started } from './types.ts'

interface Open {
  readonly scope: string
  readonly writer: RunWriter
  readonly controller: AbortController
  readonly done: Promise<RunRecord>
}

/** The scans under way. One of a scope at a time; others may run beside it, for a look writes nothing. */
export class Scans {
  readonly #context: EngineContext
  readonly #enqueue: Enqueue
  readonly #open = new Map<number, Open>()
  #lastAll: RunRecord | null = null

  constructor(context: EngineContext, enqueue: Enqueue) {
    this.#context = context
    this.#enqueue = enqueue
  }

  async start(request: ScanRequest): Promise<Started> {
    const { deps } = this.#context
    const datasets = this.#inScope(request.scope)
    const scope = JSON.stringify(request.scope)
    const same = [...this.#open.values()].find((open) => open.scope === scope)
    if (same !== undefined) {
      throw new Refusal(
        'ALREADY_RUNNING',
        `Run ${same.writer.run.id} is looking at the same datasets already; wait for it, or follow it.`,
        { runId: same.writer.run.id },
      )
    }
    if (isPerson(request.trigger))
      deps.sans.askAgain([...new Set(datasets.flatMap(({ mapping }) => [mapping.primary.host, mapping.backup.host]))])
    await this.#context.ends.recordLeft()
    const created = await deps.store.createRun({
      kind: request.enqueue ? 'SCAN' : 'CHECK',
      trigger: request.trigger,
      datasetId:
        request.scope.kind === 'datasets' && request.scope.ids.length === 1 ? (request.scope.ids[0] ?? null) : null,
      scope: { ...request.scope },
      reason: request.reason ?? null,
      plan: null,
      planId: null,
      keep: isPerson(request.trigger),
      now: deps.now(),
    })
    if (!created.ok)
      throw new Refusal('ALREADY_RUNNING', `Run ${created.activeRunId} is under way.`, { runId: created.activeRunId })
    deps.emit.run(created.run)
    return this.#launch(request, created.run, scope, datasets)
  }

  cancel(runId: number, by: string): Promise<RunRecord> | null {
    const open = this.#open.get(runId)
    if (open === undefined) return null
    open.controller.abort({ kind: 'cancelled', by })
    return open.done
  }

  /** Datasets being looked at now. */
  isChecking(datasetId: string): boolean {
    return [...this.#open.values()].some(({ writer }) => {
      const scope = writer.run.scope as unknown as Scope
      return (
        scope.kind === 'all' ||
        (scope.kind === 'datasets' && scope.ids.includes(datasetId)) ||
        (scope.kind === 'pair' && this.#context.dataset(datasetId)?.config.pair === scope.pair)
      )
    })
  }

  running(): readonly RunRecord[] {
    return [...this.#open.values()].map(({ writer }) => writer.run)
  }

  last(): { readonly finished: RunRecord | null; readonly running: RunRecord | null } {
    const running = this.running().find((run) => (run.scope as unknown as Scope).kind === 'all') ?? null
    return { finished: this.#lastAll, running }
  }

  /** The newest finished scan of everything, from the store, after a start. */
  remember(run: RunRecord | null): void {
    this.#lastAll = run
  }

  async stop(): Promise<void> {
    const open = [...this.#open.values()]
    for (const { controller } of open) controller.abort({ kind: 'shutdown' })
    await Promise.all(open.map(({ done }) => done))
  }

  #launch(request: ScanRequest, run: RunRecord, scope: string, datasets: readonly Monitored[]): Started {
    const { deps } = this.#context
    const controller = new AbortController()
    const onAbort = () => controller.abort(request.signal?.reason)
    request.signal?.addEventListener('abort', onAbort, { once: true })
    const writer = new RunWriter(deps, this.#context.ends, run)
    const enqueue = request.enqueue ? this.#enqueue : null
    const done = scan(this.#context, { datasets, enqueue, signal: controller.signal }, writer)
      .catch((error: unknown) => {
        deps.log.error(`Run ${run.id} failed: ${error instanceof Error ? (error.stack ?? error.message) : error}`, {
          runId: run.id,
        })
        const message = `The scan failed: ${error instanceof Error ? error.message : error}`
        return {
          state: 'FAILED' as const,
          outcome: message,
          error: { kind: 'internal', message, step: null, host: null, stderrTail: '', retryable: true },
        }
      })
      .then((end) => writer.finish(end))
      .then((record) => {
        if (request.scope.kind === 'all') this.#lastAll = record
        return record
      })
      .finally(() => {
        this.#open.delete(run.id)
        request.signal?.removeEventListener('abort', onAbort)
      })
    this.#open.set(run.id, { scope, writer, controller, done })
    return { run, done }
  }

  #inScope(scope: Scope): readonly Monitored[] {
    // One that is gone is looked at only where somebody names it.
    const all = this.#context.datasets().filter(({ retired }) => !retired)
    if (scope.kind === 'all') return all
    if (scope.kind === 'pair') {
      const own = all.filter((dataset) => dataset.config.pair === scope.pair)
      if (own.length === 0)
        throw new Refusal(
          'NO_SUCH_PAIR',
          `There is no pair ${JSON.stringify(scope.pair)}; the config has ${pairNames(all)}.`,
        )
      return own
    }
    return scope.ids.map((id) => {
      const dataset = this.#context.dataset(id)
      if (dataset === null)
        throw new Refusal(
          'NO_SUCH_DATASET',
          `There is no dataset ${JSON.stringify(id)}; GET /api/datasets or \`zwitness datasets\` lists them.`,
          { datasetId: id },
        )
      return dataset
    })
  }
}

function pairNames(all: readonly Monitored[]): string {
  const names = [...new Set(all.map((dataset) => JSON.stringify(dataset.config.pair)))]
  return names.length === 0 ? 'none' : names.join(', ')
}

/** Asked for over the API or at a shell: kept in the audit trail, and hosts that refused us are asked again. */
function isPerson({ type }: Trigger): boolean {
  return type === 'http' || type === 'cli'
}
