import type { RunRecord, Trigger } from '#lib/db/types.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import type { Assessment, EngineContext } from './context.ts'
import { Lane } from './lane.ts'
import type { Monitored } from './monitored.ts'
import type { RepairOrder } from './prepare.ts'
import { Refusal } from './refusal.ts'
import { repair } from './repair.ts'
import { bookRoom } from './room.ts'
import { type RunEnd, RunWriter } from './run-writer.ts'
import { afterLook, type StopReason } from './stopped.ts'
import type { Started } from './types.ts'

interface Open {
  readonly order: RepairOrder
  readonly writer: RunWriter
  readonly controller: AbortController
  readonly ended: PromiseWithResolvers<RunRecord>
}

/** Repairs waiting and running: one a dataset, through the lane, each a run of its own. */
export class Repairs {
  readonly #context: EngineContext
  readonly #lane: Lane
  readonly #open = new Map<number, Open>()
  readonly #afterSuccess: (dataset: Monitored) => void
  #stopping = false

  constructor(context: EngineContext, afterSuccess: (dataset: Monitored) => void) {
    this.#context = context
    this.#afterSuccess = afterSuccess
    const limits = () => {
      const config = context.deps.config()
      return { total: config.limits.transfers, perHost: (host: string) => config.hosts.get(host)?.maxTransfers ?? 1 }
    }
    this.#lane = new Lane(limits, (runId, error) =>
      context.deps.log.error(`Run ${runId} could not be ended properly: ${error}`, { runId }),
    )
  }

  /** Accepts a repair. Throws Refusal ALREADY_RUNNING where the dataset has one, SHUTTING_DOWN at the end. */
  async accept(
    dataset: Monitored,
    request: {
      readonly shown: Plan | null
      readonly planId: string | null
      readonly plan: Plan | null
      /** The person typed the backup dataset's name. */
      readonly confirmed?: boolean
      readonly automatic: boolean
      readonly trigger: Trigger
      readonly reason: string | null
      readonly timeLeftSeconds: number
    },
  ): Promise<Started> {
    const { deps } = this.#context
    if (this.#stopping) throw new Refusal('SHUTTING_DOWN', 'The service is stopping; try again when it is back.')
    await this.#context.ends.recordLeft()
    const created = await deps.store.createRun({
      kind: 'REPAIR',
      trigger: request.trigger,
      datasetId: dataset.id,
      scope: { kind: 'datasets', ids: [dataset.id] },
      reason: request.reason,
      plan: request.plan,
      planId: request.planId,
      // A person's is audit from the start; one of policy becomes it when it begins to write.
      keep: !request.automatic,
      now: deps.now(),
    })
    if (!created.ok) {
      throw new Refusal('ALREADY_RUNNING', `Run ${created.activeRunId} repairs ${dataset.id} already.`, {
        runId: created.activeRunId,
        datasetId: dataset.id,
      })
    }
    const newest = this.#context.newest(dataset.id)?.inventory ?? null
    if (request.plan !== null) bookRoom(this.#context, dataset, request.plan, created.run.id, newest)
    const order: RepairOrder = {
      runId: created.run.id,
      dataset,
      shown: request.shown,
      confirmed: request.confirmed ?? false,
      automatic: request.automatic,
    }
    const open: Open = {
      order,
      writer: new RunWriter(deps, this.#context.ends, created.run),
      controller: new AbortController(),
      ended: Promise.withResolvers(),
    }
    this.#open.set(created.run.id, open)
    deps.emit.run(created.run)
    const { primary, backup } = dataset.mapping
    this.#lane.add({
      runId: created.run.id,
      hosts: [primary.host, backup.host],
      backup: backup.dataset,
      timeLeftSeconds: request.timeLeftSeconds,
      start: () => this.#run(open),
    })
    return { run: created.run, done: open.ended.promise }
  }

  async cancel(runId: number, reason: StopReason): Promise<RunRecord> {
    const open = this.#open.get(runId)
    if (open === undefined)
      throw new Refusal('NOT_RUNNING', `Run ${runId} is not under way, so there is nothing to cancel.`, { runId })
    open.controller.abort(reason)
    if (this.#lane.remove(runId)) {
      const by = reason.kind === 'cancelled' ? `Cancelled by ${reason.by}` : 'The service was stopped'
      await this.#finish(open, {
        state: reason.kind === 'cancelled' ? 'CANCELLED' : 'INTERRUPTED',
        outcome: `${by} before it began; nothing was changed.`,
      })
    }
    return open.writer.run
  }

  active(): readonly RunRecord[] {
    return [...this.#open.values()].map(({ writer }) => writer.run)
  }

  ofDataset(datasetId: string): RunRecord | null {
    return this.active().find((run) => run.datasetId === datasetId) ?? null
  }

  run(runId: number): RunRecord | null {
    return this.#open.get(runId)?.writer.run ?? null
  }

  position(runId: number): number | null {
    return this.#lane.position(runId)
  }

  /** After a change of limits. */
  pump(): void {
    this.#lane.pump()
  }

  async stop(): Promise<void> {
    this.#stopping = true
    for (const { order } of [...this.#open.values()]) await this.cancel(order.runId, { kind: 'shutdown' })
    await this.#lane.close()
  }

  async #run(open: Open): Promise<void> {
    const { deps } = this.#context
    const { order } = open
    this.#context.repairing.set(order.dataset.id, () => open.writer.run)
    deps.log.info(`Repair of ${order.dataset.id} begins.`, { runId: order.runId, datasetId: order.dataset.id })
    const { signal } = open.controller
    const end = await repair(this.#context, order, open.writer, signal).catch((error: unknown) => {
      deps.log.error(`Run ${order.runId} failed: ${error instanceof Error ? (error.stack ?? error.message) : error}`, {
        runId: order.runId,
        datasetId: order.dataset.id,
      })
      const message = `The repair ended by a fault of the witness itself: ${error instanceof Error ? error.message : error}`
      const failed: RunEnd = {
        state: 'FAILED',
        outcome: message,
        error: { kind: 'internal', message, step: null, host: null, stderrTail: '', retryable: true },
      }
      // In the middle of whatever it was; and a check beside it kept nothing of this dataset.
      return afterLook(this.#context, order, true, failed, signal)
    })
    await this.#finish(open, end)
    if (end.state === 'SUCCEEDED' || end.state === 'SUCCEEDED_WITH_WARNINGS') this.#afterSuccess(order.dataset)
  }

  async #finish(open: Open, end: Parameters<RunWriter['finish']>[0]): Promise<void> {
    const { deps, bookings, repairs, states } = this.#context
    const { order } = open
    bookings.release(order.runId)
    const record = await open.writer.finish(end)
    const level = end.state === 'FAILED' ? 'error' : end.state === 'BLOCKED' ? 'warn' : 'info'
    deps.log[level](`Repair of ${order.dataset.id}: ${end.outcome}`, {
      runId: order.runId,
      datasetId: order.dataset.id,
      state: end.state,
    })
    open.ended.resolve(record)
    this.#context.repairing.delete(order.dataset.id)
    this.#open.delete(order.runId)
    await repairs.reload(order.dataset.id)
    const state = states.state(order.dataset.id)
    if (state !== null) deps.emit.dataset(state)
  }
}

/** Seconds until the delay passes its limit, by the newest look: what the lane sorts by. */
export function timeLeft(assessment: Pick<Assessment, 'dataset' | 'verdict'> | null): number {
  if (assessment === null) return 0
  return assessment.dataset.config.policy.maxDelaySeconds - (assessment.verdict.delaySeconds ?? 0)
}
