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
import { ROLES, SCHEDULER_ACTOR } from '#lib/runtime/actor.ts'
import type { InvocationStore } from '#lib/runtime/invoke.ts'

interface Parts {
  readonly engine: () => Engine
  readonly config: () => Config
  readonly now: () => number
}

/** The engine's news in the API's own words, to everyone who watches. */
export function emitTo(hub: EventHub, { engine, config, now }: Parts): Emit {
  let counting: ReturnType<typeof setTimeout> | null = null

  function dataset(id: string): void {
    const view = engine().dataset(id)
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
      const { datasets: _, ...counts } = overview({ engine: engine(), config: config() }, now())
      hub.publish('status', counts)
    }, 1000)
    counting.unref()
  }

  return {
    dataset: (record) => dataset(record.datasetId),
    control: (id) => dataset(id),
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

/** Words of a person are written down when they ask; what the witness does by itself, when it has ended. */
export function auditRepairs(emit: Emit, audit: () => Audit): Emit {
  // A run is told of more than once, also when it has ended.
  let last = new Set<number>()
  let decrypted = new Set<number>()
  return {
    ...emit,
    run(run) {
      emit.run(run)
      if (isDecision(run) && !decrypted.has(run.id)) {
        decrypted = new Set([...decrypted, run.id].slice(-100))
        void audit().write(decisionOf(run, run.plan.decrypts))
      }
      if (run.kind !== 'REPAIR' || run.finishedAt === null || !isOwn(run)) return
      if (last.has(run.id)) return
      last = new Set([...last, run.id].slice(-100))
      const { id, datasetId, state, outcome, bytes } = run
      // Never rejects.
      void audit().write({
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

/** Invocations of functions, written down in the store. */
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
