import { takesNothing } from '#lib/db/checks-go-on.ts'
import type { ChangeEnd, ChangeState, DatasetStateRecord, NewChange, RunRecord, Store } from '#lib/db/types.ts'
import type { Emit, EngineLog } from '#lib/engine/ports.ts'
import type { DatasetView } from '#lib/engine/types.ts'
import { type Cadence, isStale } from '#lib/replication/judge/looking.ts'
import { durationText } from '#lib/text/words.ts'
import { zonedMinute } from '#lib/text/zoned-time.ts'
import {
  hasFailed,
  ITSELF,
  keyOf,
  needsFacts,
  type Observation,
  ofDataset,
  ofHost,
  ofRetired,
  stateKey,
  whatEnded,
} from './observe.ts'

interface Parts {
  readonly store: Pick<Store, 'addChanges' | 'disownChanges' | 'changeAt' | 'lastLookAt' | 'run' | 'controls'>
  readonly datasets: () => readonly Pick<DatasetView, 'dataset' | 'verdict'>[]
  readonly cadence: (now: number) => Cadence
  /** IANA name. */
  readonly zone: () => string
  readonly log: Pick<EngineLog, 'error' | 'warn'>
  /** Epoch milliseconds. */
  readonly now: () => number
}

interface HistoryRecorder {
  readonly listener: Partial<Emit>
  /** Before the first news: when the last look was, so that the time in which nobody looked is on record. */
  start(): Promise<void>
  /** Datasets may be called something else now. */
  configChanged(): void
  /** Resolves when all that was heard is on record, or could not be put there. */
  settled(): Promise<void>
}

/** What waits to be written: something seen, with the run whose look it was, or a run that ended nothing after all. */
type Waiting =
  | {
      readonly kind: 'seen'
      readonly seen: Observation
      readonly runId: number | null
      readonly lastSeenAt: number | null
    }
  | { readonly kind: 'gap'; readonly change: NewChange }
  | { readonly kind: 'failed'; readonly runId: number }

/** More than a night's changes of a thousand datasets; beyond it the newest are given up. */
const MOST_WAITING = 10_000
const BATCH = 50
/** The database took nothing: tried again so long after. */
const AGAIN_MS = 30_000
const SAY_AGAIN_MS = 3600_000

interface Known {
  readonly state: string
  /** Epoch ms of the last look that saw it. */
  readonly at: number
}

/**
 * Puts on record what changes. It hears the engine's news, which must not wait: what is news by what this process knows is
 * queued, and written behind it. What was before, the database says, so that a restart writes nothing twice, and what changed
 * meanwhile is seen at the next look.
 */
export function createHistoryRecorder({ store, datasets, cadence, zone, log, now }: Parts): HistoryRecorder {
  const known = new Map<string, Known>()
  /** Repairs under way, by their dataset: a scan may see what they have brought so far. */
  const repairing = new Map<string, number>()
  const waiting: Waiting[] = []
  let lastLookAt: number | null = null
  let writing: Promise<void> | null = null
  let failedAt: number | null = null
  let saidAt: number | null = null
  let lost = 0
  let lastRun: number | null = null

  /** False: it was given up. */
  function queue(entry: Waiting): boolean {
    if (waiting.length >= MOST_WAITING) {
      lost++
      complain(`${MOST_WAITING} changes wait to be put on record, so ${lost} were given up.`)
      return false
    }
    waiting.push(entry)
    write()
    return true
  }

  function see(seen: Observation, runId: number | null): void {
    const key = keyOf(seen)
    const state = stateKey(seen.to)
    const before = known.get(key)
    const isNews = before?.state !== state
    if (isNews && !queue({ kind: 'seen', seen, runId, lastSeenAt: before?.at ?? null })) known.delete(key)
    else known.set(key, { state, at: seen.at })
  }

  /** Between the last look at anything and this one nobody looked, where that is longer than a check may slip. */
  function noteGap(at: number): void {
    const from = lastLookAt
    if (from !== null && at <= from) return
    lastLookAt = at
    if (from === null || !isStale(from, at, cadence(at))) return
    const [began, ended] = [from, at].map((moment) => zonedMinute(moment, zone()))
    const message = `Nobody looked at any dataset from ${began} to ${ended} (${durationText((at - from) / 1000)}): the witness was off, or its schedule was.`
    queue({
      kind: 'gap',
      change: {
        ...{ at: from, subject: 'witness', datasetId: null, host: null, pool: null, message },
        ...{ to: { status: 'NOT_LOOKING', reason: null }, evidence: { from, to: at }, ends: ITSELF, over: at },
      },
    })
  }

  function dataset(record: DatasetStateRecord): void {
    if (record.verdict !== null) noteGap(record.updatedAt)
    const runId = repairing.get(record.datasetId) ?? record.lastRunId
    for (const seen of ofDataset(record)) see(seen, runId)
  }

  function run(record: RunRecord): void {
    const { kind, datasetId, state } = record
    if (kind === 'REPAIR' && datasetId !== null) {
      if (state === 'RUNNING') repairing.set(datasetId, record.id)
      else if (repairing.get(datasetId) === record.id) repairing.delete(datasetId)
    }
    // A run is reported more than once, also when it has ended.
    if (record.finishedAt === null || record.id === lastRun) return
    lastRun = record.id
    if (hasFailed(record)) queue({ kind: 'failed', runId: record.id })
    // What has gone on its primary is looked at no more, and so not reported.
    if (record.kind === 'SCAN' || record.kind === 'CHECK')
      for (const { dataset: each, verdict } of datasets())
        if (each.retired)
          see(ofRetired(each.id, verdict.reason.message, Math.max(each.retiredAt ?? 0, record.queuedAt)), null)
  }

  function write(): void {
    if (writing !== null || waiting.length === 0) return
    if (failedAt !== null && Math.abs(now() - failedAt) < AGAIN_MS) return
    failedAt = null
    writing = writeAll().finally(() => {
      writing = null
    })
  }

  async function writeAll(): Promise<void> {
    // A turn of the loop later, so that what one check reports is written together.
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) {
      const some = waiting.slice(0, BATCH)
      try {
        await put(some)
      } catch (error) {
        if (takesNothing(error)) {
          failedAt = now()
          complain(`The database takes nothing, so what changes waits to be put on record: ${error}`)
          return
        }
        for (const each of some) await put([each]).catch((own: unknown) => giveUp(each, own))
      }
      waiting.splice(0, some.length)
    }
    saidAt = null
    lost = 0
  }

  async function put(some: readonly Waiting[]): Promise<void> {
    const changes: NewChange[] = []
    for (const each of some) {
      if (each.kind === 'gap') changes.push(each.change)
      if (each.kind !== 'seen') continue
      const { datasetId } = each.seen
      const before = changes.findLast((earlier) => datasetId !== null && earlier.datasetId === datasetId)?.to ?? null
      changes.push({ ...each.seen, ends: await endOf(each, before), over: null })
    }
    if (changes.length > 0) await store.addChanges(changes)
    // After what was put down to them.
    for (const each of some) if (each.kind === 'failed') await store.disownChanges(each.runId)
  }

  /** `earlier`: what is written before it, in the same turn. */
  async function endOf(
    { seen, runId, lastSeenAt }: Extract<Waiting, { kind: 'seen' }>,
    earlier: ChangeState | null,
  ): Promise<ChangeEnd> {
    const { datasetId, to: after } = seen
    if (datasetId === null) return ITSELF
    const before = earlier ?? (await store.changeAt(datasetId, Number.MAX_SAFE_INTEGER))?.to ?? null
    if (before === null || !needsFacts(before, after)) return ITSELF
    const by = runId === null ? null : await store.run(runId)
    const controls = await store.controls(seen.at)
    const ack = controls.find((each) => each.datasetId === datasetId && each.kind === 'ack') ?? null
    return whatEnded({ before, after, run: by, datasetId, ack, lastSeenAt })
  }

  /** One that the database refuses, because its dataset is gone by now for one. */
  function giveUp(entry: Waiting, error: unknown): void {
    if (entry.kind === 'seen') known.delete(keyOf(entry.seen))
    log.warn(`A change could not be put on record: ${error}`)
  }

  function complain(message: string): void {
    if (saidAt !== null && Math.abs(now() - saidAt) < SAY_AGAIN_MS) return
    saidAt = now()
    log.error(message)
  }

  return {
    listener: {
      dataset,
      run,
      host: (state) => {
        for (const seen of ofHost(state)) see(seen, null)
      },
    },
    async start() {
      lastLookAt = await store.lastLookAt()
    },
    configChanged: () => known.clear(),
    async settled() {
      failedAt = null
      write()
      while (writing !== null) await writing
    },
  }
}
