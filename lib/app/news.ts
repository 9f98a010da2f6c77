import type { Config } from '#config/effective.ts'
import { datasetSummary } from '#lib/api/dataset-summary.ts'
import { hostView } from '#lib/api/host.ts'
import { runView } from '#lib/api/run.ts'
import { overview } from '#lib/api/status.ts'
import type { Audit, AuditEntry } from '#lib/auth/audit.ts'
import type { RunRecord, Store } from '#lib/db/types.ts'
import type { Emit } from '#lib/engine/ports.ts'
import type { Engine } from '#lib/engine/types.ts'
import type { EventHub } from '#lib/events/hub.ts'
import type { Json } from '#lib/replication/types/reason.ts'
import { SCHEDULER_ACTOR } from '#lib/runtime/actor.ts'
import type { InvocationStore } from '#lib/runtime/invoke.ts'
import type { Telling } from '#lib/services.ts'
import { ROLES } from '#lib/text/ranks.ts'

/**
 * What the engine reports, passed on to everyone who listens. One that fails keeps nothing from the others, the audit above
 * all; its error is thrown when all have heard.
 */
export function createNews(): Emit & { listen(listener: Partial<Emit>): void } {
  const listeners: Partial<Emit>[] = []
  const toAll = (report: (listener: Partial<Emit>) => void): void => {
    const errors: unknown[] = []
    for (const listener of listeners) {
      try {
        report(listener)
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
  return {
    listen: (listener) => void listeners.push(listener),
    dataset: (record) => toAll((each) => each.dataset?.(record)),
    run: (run) => toAll((each) => each.run?.(run)),
    progress: (run) => toAll((each) => each.progress?.(run)),
    host: (state) => toAll((each) => each.host?.(state)),
    control: (id, controls) => toAll((each) => each.control?.(id, controls)),
    maintenance: (maintenance) => toAll((each) => each.maintenance?.(maintenance)),
  }
}

interface Parts {
  readonly engine: Engine
  readonly telling: Pick<Telling, 'book'>
  readonly config: () => Config
  readonly now: () => number
}

/**
 * To everyone who watches: in the API's own words, as events. `statusSoon`: something else of the status has changed than what
 * the engine reports.
 */
export function broadcast(hub: EventHub, { engine, telling, config, now }: Parts): Emit & { statusSoon(): void } {
  let counting: ReturnType<typeof setTimeout> | null = null

  function dataset(id: string): void {
    const view = engine.dataset(id)
    if (view === null) return
    hub.publish('dataset', datasetSummary(view, now()))
    statusSoon()
  }

  /** Counting walks over every dataset, so a scan of a thousand counts once a second and not a thousand times. */
  function statusSoon(): void {
    if (counting !== null || hub.clients() === 0) return
    counting = setTimeout(() => {
      counting = null
      // Without its list: the summaries of those that changed are sent one by one.
      const { datasets: _, ...counts } = overview({ engine, telling, config: config() }, now())
      hub.publish('status', counts)
    }, 1000)
    counting.unref()
  }

  return {
    statusSoon,
    dataset: (record) => dataset(record.datasetId),
    control: (id) => dataset(id),
    maintenance: () => statusSoon(),
    run(run) {
      hub.publish('run', runView(run, now()))
      if (run.datasetId !== null) dataset(run.datasetId)
    },
    progress(run) {
      const { progress } = run
      hub.publish('progress', {
        runId: String(run.id),
        datasetId: run.datasetId,
        bytesDone: progress?.bytesDone ?? 0,
        bytesTotal: progress?.bytesTotal ?? null,
        rate: progress?.bytesPerSecond ?? null,
        etaSeconds: progress?.etaSeconds ?? null,
      })
    },
    host: (state) => hub.publish('host', hostView(state, config())),
  }
}

/** To the audit. What a person asks for is recorded when they ask; what the witness does by itself, when it has ended. */
export function auditRepairs(audit: Pick<Audit, 'write'>): Pick<Emit, 'run'> {
  // A run is reported more than once, also when it has ended.
  const ended = newest()
  const decrypted = newest()
  return {
    run(run) {
      // `write` never rejects.
      if (isDecision(run) && decrypted.isNew(run.id)) void audit.write(decisionOf(run, run.plan.decrypts))
      if (run.kind !== 'REPAIR' || run.finishedAt === null || !isOwn(run) || !ended.isNew(run.id)) return
      const { id, datasetId, state, outcome, bytes } = run
      void audit.write({
        actor: SCHEDULER_ACTOR,
        action: 'repair',
        target: datasetId,
        result: resultOf(state),
        code: run.error?.kind ?? null,
        detail: { runId: String(id), state, bytes, ...(outcome === null ? {} : { message: outcome }) },
      })
    },
  }
}

/** Remembers the last hundred. */
function newest(): { isNew(id: number): boolean } {
  let known: readonly number[] = []
  return {
    isNew(id) {
      if (known.includes(id)) return false
      known = [...known, id].slice(-100)
      return true
    },
  }
}

/** A person has started what makes something readable that is encrypted: on record before the first byte. */
function isDecision(run: RunRecord): run is RunRecord & { readonly plan: { readonly decrypts: string } } {
  return run.kind === 'REPAIR' && !isOwn(run) && run.startedAt !== null && run.plan?.decrypts !== undefined
}

function decisionOf({ id, trigger, datasetId, reason }: RunRecord, message: string): AuditEntry {
  const { actor: name, role, address, userAgent, requestId, actorKind } = trigger
  return {
    actor: { kind: actorKind ?? 'none', name, role: ROLES.find((each) => each === role) ?? 'none', address, userAgent },
    action: 'sendDecrypted',
    target: datasetId,
    reason,
    requestId,
    detail: { runId: String(id), message },
  }
}

function isOwn({ trigger }: RunRecord): boolean {
  return trigger.type === 'schedule' || trigger.type === 'internal'
}

function resultOf(state: RunRecord['state']): 'OK' | 'REFUSED' | 'FAILED' {
  if (state === 'BLOCKED') return 'REFUSED'
  return state === 'FAILED' || state === 'INTERRUPTED' || state === 'CANCELLED' ? 'FAILED' : 'OK'
}

/** Invocations of functions, to the database. */
export function invocationLog(store: Store): InvocationStore {
  return {
    async begin(record) {
      const id = await store.beginInvocation({
        name: record.functionName,
        trigger: record.trigger,
        actor: record.actor.name,
        input: plain(record.input),
        startedAt: record.startedAt.getTime(),
      })
      return String(id)
    },
    async end(id, outcome) {
      await store.endInvocation(Number(id), {
        state: outcome.state,
        finishedAt: outcome.endedAt.getTime(),
        outcome: plain(outcome.output ?? null),
        error: outcome.error ?? null,
      })
    },
  }
}

function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value ?? null)) as Json
}
