import type { RunRecord, Trigger } from '#lib/db/types.ts'
import type { Automatic } from '#lib/replication/types/plan.ts'
import { counted, durationText } from '#lib/text/words.ts'
import type { Assessor } from './assess.ts'
import type { InternalFaults } from './internal-faults.ts'
import type { Assessment, Knowledge } from './knowledge.ts'
import type { Monitored } from './monitored.ts'
import { cadenceAt, type EngineDeps } from './ports.ts'
import { noSuchDataset, Refusal } from './refusal.ts'
import { isOfTheStore } from './remembered.ts'
import { type RunEnd, RunWriter, recordDryRun, type UnrecordedEnds } from './run-record.ts'
import type { ScanRequest, Scope, Started } from './types.ts'
import type { Upkeep } from './upkeep.ts'

/** What the witness begins without being asked, and not by the clock. */
export const BY_ITSELF: Trigger = {
  type: 'internal',
  actor: 'engine',
  role: 'admin',
  address: null,
  userAgent: null,
  requestId: null,
}

interface ScanBy {
  readonly deps: EngineDeps
  readonly knowledge: Knowledge
  readonly assessor: Assessor
  readonly upkeep: Upkeep
  readonly ends: UnrecordedEnds
  readonly faults: InternalFaults
}

interface Open {
  readonly scope: string
  readonly writer: RunWriter
  readonly controller: AbortController
  readonly done: Promise<RunRecord>
}

/** The scans under way. One of a scope at a time; others may run beside it, for a look writes nothing. */
export class Scans {
  readonly #by: ScanBy
  readonly #enqueue: Enqueue
  readonly #open = new Map<number, Open>()
  #lastAll: RunRecord | null = null

  constructor(by: ScanBy, enqueue: Enqueue) {
    this.#by = by
    this.#enqueue = enqueue
  }

  async start(request: ScanRequest): Promise<Started> {
    const { deps } = this.#by
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
    await this.#by.ends.recordLeft()
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
        (scope.kind === 'pair' && this.#by.knowledge.dataset(datasetId)?.config.pair === scope.pair)
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
    const { deps } = this.#by
    const controller = new AbortController()
    const onAbort = () => controller.abort(request.signal?.reason)
    request.signal?.addEventListener('abort', onAbort, { once: true })
    const writer = new RunWriter(deps, this.#by.ends, run)
    const enqueue = request.enqueue ? this.#enqueue : null
    const done = scan(this.#by, { datasets, enqueue, signal: controller.signal }, writer)
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
    // One that is gone is looked at only where it is named.
    const all = this.#by.knowledge.datasets().filter(({ retired }) => !retired)
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
      const dataset = this.#by.knowledge.dataset(id)
      if (dataset === null) throw noSuchDataset(id)
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

interface ScanOrder {
  readonly datasets: readonly Monitored[]
  /** Enqueue what policy allows; otherwise only look. */
  readonly enqueue: Enqueue | null
  readonly signal: AbortSignal
}

interface Enqueue {
  /** May its repair start by itself at this moment? */
  readonly startsByItself: (assessment: Assessment) => Automatic
  /** @returns null when it is queued, else why not */
  readonly queue: (assessment: Assessment, scan: RunRecord) => Promise<string | null>
}

/** A check ends before the function that began it is ended by its time-out, as one that was cancelled. */
const LONGEST_MS = 25 * 60_000
/** A SAN that is merely slow is read at the shortest intervals too. */
const SHORTEST_MS = 4 * 60_000

/** So long a check waits for SANs that do not come to an end: it has ended when the next one of the others is due. */
function limitOf(intervalSeconds: number): number {
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, 0.9 * intervalSeconds * 1000))
}

/** Aborted after so long, unless it has ended before. */
function startLimit(
  { sleep }: Pick<EngineDeps, 'sleep'>,
  limitMs: number,
): { readonly signal: AbortSignal; readonly end: () => void } {
  const limit = new AbortController()
  const over = new AbortController()
  void sleep(limitMs, over.signal).then(() => {
    if (!over.signal.aborted) limit.abort()
  })
  return { signal: limit.signal, end: () => over.abort() }
}

/**
 * A scan reads, judges, enqueues what policy allows, and ends. Each pair of hosts goes through all of it as soon as both
 * have answered. It never waits for a repair.
 */
async function scan(by: ScanBy, order: ScanOrder, writer: RunWriter): Promise<RunEnd> {
  const { deps, assessor, upkeep } = by
  await writer.start('reading')
  const tally = new Tally()
  const assessments: Assessment[] = []
  const limitMs = limitOf(cadenceAt(deps, deps.now()).intervalSeconds)
  const limit = startLimit(deps, limitMs)
  const inTime = AbortSignal.any([order.signal, limit.signal])
  const all = await assessor
    .assess(order.datasets, {
      mode: 'incremental',
      runId: writer.run.id,
      estimates: 'behind',
      signal: order.signal,
      limit: limit.signal,
      async onJudged(judged) {
        assessments.push(...judged)
        const left: Assessment[] = []
        for (const assessment of judged) {
          tally.add(`STATUS_${assessment.verdict.health}`, `${assessment.verdict.health.toLowerCase()}`)
          const queued = await within(by, assessment, 'Deciding what to do about it', tally, () =>
            decide(by, order, assessment, tally, writer.run),
          )
          if (!queued) left.push(assessment)
        }
        if (order.enqueue === null) return
        // A check that is on record nowhere, because the database takes nothing, writes to no SAN either.
        if (writer.run.id < 0) return
        const { made, failed } = await upkeep.anchorStalled(left, writer, inTime)
        tally.add('ANCHORED', 'an anchor was made for a chain that stands still', made)
        tally.add('NOT_ANCHORED', 'an anchor could not be made', failed)
        const released = await upkeep.releaseLeft(left, writer, inTime)
        tally.add('RELEASED', 'what a first transfer had held was released', released)
      },
    })
    .finally(limit.end)
  if (order.signal.aborted)
    return {
      state: 'CANCELLED',
      outcome: 'The scan was stopped before it had looked at everything.',
      decisions: tally.list(),
    }
  const unseen = assessments.filter(
    ({ verdict }) => !verdict.looked && verdict.reason.code !== 'HOST_OFFLINE_PLANNED',
  ).length
  const late = all.length - assessments.length
  tally.add('NOT_READ_IN_TIME', `not read within ${durationText(limitMs / 1000)}; what was last seen stays`, late)
  return {
    state: late > 0 ? 'SUCCEEDED_WITH_WARNINGS' : 'SUCCEEDED',
    outcome: sentence(assessments, { unseen, late }, tally),
    decisions: tally.list(),
  }
}

/** What fails for one dataset is said on that one. */
async function within(
  { knowledge, faults }: Pick<ScanBy, 'knowledge' | 'faults'>,
  assessment: Assessment,
  doing: string,
  tally: Tally,
  work: () => Promise<boolean>,
): Promise<boolean> {
  const { dataset } = assessment
  try {
    return await work()
  } catch (error) {
    // Taken out of the configuration meanwhile, or under another id: the next check decides.
    if (knowledge.dataset(dataset.id) === null) return tally.add('NOTHING_TO_DO', 'nothing to do')
    if (isOfTheStore(error))
      return tally.add(
        'NOT_RECORDED',
        'nothing was started, because the database takes nothing and so could not record it',
      )
    const fault = faults.of({ datasetId: dataset.id, host: dataset.mapping.backup.host }, doing, error)
    await knowledge.addFault(assessment, fault)
    return tally.add('INTERNAL', 'the witness itself failed')
  }
}

/**
 * What is done about one dataset, and why not, counted by rule: the run's record shows it as a funnel.
 * @returns whether a repair was queued
 */
async function decide(
  by: Pick<ScanBy, 'deps' | 'knowledge' | 'ends'>,
  order: ScanOrder,
  assessment: Assessment,
  tally: Tally,
  run: RunRecord,
): Promise<boolean> {
  const { plan, dataset } = assessment
  if (plan.kind === 'NOTHING') return tally.add('NOTHING_TO_DO', 'nothing to do')
  if (order.enqueue === null) return tally.add('READ_ONLY', 'only looked, as asked')
  const { allowed, code, because } = order.enqueue.startsByItself(assessment)
  if (code === 'DRY_RUN') await recordDryRun(by, assessment, run)
  if (!allowed) {
    by.deps.log.debug(`No automatic repair: ${because}`, { datasetId: dataset.id })
    return tally.add(code, because)
  }
  const held = await order.enqueue.queue(assessment, run)
  if (held !== null) return tally.add('HELD', held)
  tally.add('REPAIR_QUEUED', 'a repair was queued')
  return true
}

function sentence(
  assessments: readonly Assessment[],
  { unseen, late }: { readonly unseen: number; readonly late: number },
  tally: Tally,
): string {
  const queued = tally.count('REPAIR_QUEUED')
  const anchored = tally.count('ANCHORED')
  const all = assessments.length
  const parts = [`Looked at ${counted(all, 'dataset')}`]
  for (const health of ['BROKEN', 'WARNING', 'UNKNOWN', 'HEALTHY'] as const) {
    const count = assessments.filter(({ verdict }) => verdict.health === health).length
    if (count > 0) parts.push(`${count} ${health.toLowerCase()}`)
  }
  if (unseen > 0) parts.push(`${unseen} could not be read`)
  if (late > 0) parts.push(`${late} not read in time`)
  if (queued > 0) parts.push(`${counted(queued, 'repair')} queued`)
  if (anchored > 0) parts.push(`${counted(anchored, 'anchor')} made`)
  return `${parts.join(', ')}.`
}

class Tally {
  readonly #rules = new Map<string, { count: number; message: string }>()

  /** @returns false, for a decision that queued nothing. */
  add(rule: string, message: string, count = 1): false {
    const known = this.#rules.get(rule)
    if (known !== undefined) known.count += count
    else if (count > 0) this.#rules.set(rule, { count, message })
    return false
  }

  count(rule: string): number {
    return this.#rules.get(rule)?.count ?? 0
  }

  list(): RunRecord['decisions'] {
    return [...this.#rules].map(([rule, { count, message }]) => ({ rule, count, message }))
  }
}
