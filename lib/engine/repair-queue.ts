import type { RunRecord, Trigger } from '#lib/db/types.ts'
import type { Plan } from '#lib/replication/types/plan.ts'
import { isWithin } from '#lib/zfs/names.ts'
import type { Assessment } from './knowledge.ts'
import type { Monitored } from './monitored.ts'
import type { RepairOrder } from './prepare.ts'
import { Refusal } from './refusal.ts'
import { lookAfterwards, type RepairBy, repair, type StopReason } from './repair.ts'
import { bookRoom } from './room.ts'
import { type RunEnd, RunWriter, type UnrecordedEnds } from './run-record.ts'
import type { Started } from './types.ts'

interface Open {
  readonly order: RepairOrder
  readonly writer: RunWriter
  readonly controller: AbortController
  readonly ended: PromiseWithResolvers<RunRecord>
}

type QueueBy = RepairBy & { readonly ends: UnrecordedEnds }

/** Repairs waiting and running: one a dataset, through the lane, each a run of its own. */
export class RepairQueue {
  readonly #by: QueueBy
  readonly #lane: Lane
  readonly #open = new Map<number, Open>()
  readonly #afterSuccess: (dataset: Monitored) => void
  #stopping = false

  constructor(by: QueueBy, afterSuccess: (dataset: Monitored) => void) {
    this.#by = by
    this.#afterSuccess = afterSuccess
    const limits = () => {
      const config = by.deps.config()
      return { total: config.limits.transfers, perHost: (host: string) => config.hosts.get(host)?.maxTransfers ?? 1 }
    }
    this.#lane = new Lane(limits, (runId, error) =>
      by.deps.log.error(`Run ${runId} could not be ended properly: ${error}`, { runId }),
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
    const { deps, ends, knowledge, underway } = this.#by
    if (this.#stopping) throw new Refusal('SHUTTING_DOWN', 'The service is stopping; try again when it is back.')
    await ends.recordLeft()
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
    const newest = knowledge.newest(dataset.id)?.inventory ?? null
    if (request.plan !== null) bookRoom(underway.bookings, dataset, request.plan, created.run.id, newest)
    const order: RepairOrder = {
      runId: created.run.id,
      dataset,
      shown: request.shown,
      confirmed: request.confirmed ?? false,
      automatic: request.automatic,
    }
    const open: Open = {
      order,
      writer: new RunWriter(deps, ends, created.run),
      controller: new AbortController(),
      ended: Promise.withResolvers(),
    }
    this.#open.set(created.run.id, open)
    underway.queued(dataset.id, () => open.writer.run)
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
    const { deps, underway } = this.#by
    const { order } = open
    underway.begun(order.runId)
    deps.log.info(`Repair of ${order.dataset.id} begins.`, { runId: order.runId, datasetId: order.dataset.id })
    const { signal } = open.controller
    const end = await repair(this.#by, order, open.writer, signal).catch((error: unknown) => {
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
      return lookAfterwards(this.#by, order, true, failed, signal)
    })
    await this.#finish(open, end)
    if (end.state === 'SUCCEEDED' || end.state === 'SUCCEEDED_WITH_WARNINGS') this.#afterSuccess(order.dataset)
  }

  async #finish(open: Open, end: Parameters<RunWriter['finish']>[0]): Promise<void> {
    const { deps, knowledge, underway } = this.#by
    const { order } = open
    underway.bookings.release(order.runId)
    const record = await open.writer.finish(end)
    const level = end.state === 'FAILED' ? 'error' : end.state === 'BLOCKED' ? 'warn' : 'info'
    deps.log[level](`Repair of ${order.dataset.id}: ${end.outcome}`, {
      runId: order.runId,
      datasetId: order.dataset.id,
      state: end.state,
    })
    open.ended.resolve(record)
    underway.ended(order.runId)
    this.#open.delete(order.runId)
    await knowledge.repairs.reload(order.dataset.id)
    knowledge.report(order.dataset.id)
  }
}

/** Seconds until the delay passes its limit, by the newest look: what the lane sorts by. */
export function timeLeft(assessment: Pick<Assessment, 'dataset' | 'verdict'> | null): number {
  if (assessment === null) return 0
  return assessment.dataset.config.policy.maxDelaySeconds - (assessment.verdict.delaySeconds ?? 0)
}

/**
 * The repair lane: what waits for a free transfer slot on both of its hosts. Least time left first, so that after an
 * outage the dataset nearest to its limit is caught up before the others. Scans do not pass through here: a repair of
 * eight hours makes nothing stale.
 */
interface LaneItem {
  readonly runId: number
  readonly hosts: readonly [primary: string, backup: string]
  /** The backup dataset: nothing above or below it is repaired at the same time, for a swap moves the whole tree. */
  readonly backup: string
  /** Seconds until the dataset's delay passes its limit; negative when it has. */
  readonly timeLeftSeconds: number
  readonly start: () => Promise<void>
}

interface LaneLimits {
  readonly total: number
  readonly perHost: (host: string) => number
}

export class Lane {
  readonly #limits: () => LaneLimits
  readonly #onCrash: (runId: number, error: unknown) => void
  #waiting: LaneItem[] = []
  readonly #running = new Map<number, { readonly item: LaneItem; readonly done: Promise<void> }>()
  #closed = false

  constructor(limits: () => LaneLimits, onCrash: (runId: number, error: unknown) => void) {
    this.#limits = limits
    this.#onCrash = onCrash
  }

  add(item: LaneItem): void {
    if (this.#closed) return
    this.#waiting.push(item)
    this.#waiting.sort((a, b) => a.timeLeftSeconds - b.timeLeftSeconds || a.runId - b.runId)
    this.pump()
  }

  /** Takes a waiting item out. @returns whether it was still waiting. */
  remove(runId: number): boolean {
    const before = this.#waiting.length
    this.#waiting = this.#waiting.filter((item) => item.runId !== runId)
    return this.#waiting.length < before
  }

  /** 1 for the next to start; null when not waiting. */
  position(runId: number): number | null {
    const index = this.#waiting.findIndex((item) => item.runId === runId)
    return index < 0 ? null : index + 1
  }

  get size(): { readonly waiting: number; readonly running: number } {
    return { waiting: this.#waiting.length, running: this.#running.size }
  }

  /** Starts whatever has room now. Called when something is added, ends, or the limits change. */
  pump(): void {
    for (const item of [...this.#waiting]) {
      if (this.#closed || !this.#hasRoom(item)) continue
      this.remove(item.runId)
      const done = item
        .start()
        .catch((error: unknown) => this.#onCrash(item.runId, error))
        .finally(() => {
          this.#running.delete(item.runId)
          this.pump()
        })
      this.#running.set(item.runId, { item, done })
    }
  }

  /** Nothing starts any more; resolves when the running ones have ended. */
  async close(): Promise<readonly number[]> {
    this.#closed = true
    const left = this.#waiting.map((item) => item.runId)
    this.#waiting = []
    await Promise.all([...this.#running.values()].map((each) => each.done))
    return left
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0 || this.#waiting.length > 0) {
      await Promise.all([...this.#running.values()].map((each) => each.done))
      if (this.#running.size === 0 && this.#waiting.length > 0) this.pump()
      if (this.#running.size === 0) break
    }
  }

  #hasRoom(item: LaneItem): boolean {
    const limits = this.#limits()
    if (this.#running.size >= limits.total) return false
    if ([...this.#running.values()].some((running) => sameTree(running.item, item))) return false
    return item.hosts.every((host) => this.#transfersOf(host) < limits.perHost(host))
  }

  #transfersOf(host: string): number {
    return [...this.#running.values()].filter(({ item }) => item.hosts.includes(host)).length
  }
}

function sameTree(a: LaneItem, b: LaneItem): boolean {
  if (a.hosts[1] !== b.hosts[1]) return false
  return isWithin(a.backup, b.backup) || isWithin(b.backup, a.backup)
}
