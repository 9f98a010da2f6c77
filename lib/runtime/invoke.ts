import { type Actor, accessOf } from './actor.ts'
import { requireAccess } from './authorize.ts'
import type { Trigger } from './context.ts'
import type { RuntimeHooks } from './hooks.ts'
import type { InvocationState, InvocationStore, InvocationSummary } from './invocation-store.ts'
import { Problem } from './problem.ts'
import { runInvocation } from './run-invocation.ts'
import { Running, type RunningInvocation } from './running.ts'
import type { LoadedFunction } from './tree.ts'
import { inputProblem, validate } from './validate.ts'

export interface InvocationRequest {
  readonly name: string
  readonly trigger: Trigger
  readonly actor: Actor
  /** Raw, validated here. Default `{}`. */
  readonly input?: unknown
  readonly requestId?: string
  /** The caller's wish to cancel; an HTTP client that goes away should not be one. */
  readonly signal?: AbortSignal
}

export interface InvocationOutcome {
  readonly id: string
  readonly state: InvocationState
  readonly durationMs: number
  readonly output?: unknown
  /** For every state but SUCCEEDED and SKIPPED: what to tell the caller. */
  readonly problem?: Problem
}

export interface Invoker {
  /**
   * Runs a function to its end (or its time-out).
   * @throws Problem when it was not started: 404 NO_SUCH_FUNCTION, 401/403, 422 VALIDATION, 409 ALREADY_RUNNING,
   * 503 SHUTTING_DOWN. What happens after the start is in the outcome.
   */
  invoke(request: InvocationRequest): Promise<InvocationOutcome>
  running(): readonly RunningInvocation[]
  last(name: string): InvocationSummary | undefined
  /** Refuses new ones, aborts all, waits; gives the names of functions whose handlers did not end in time. */
  stop(graceMs: number): Promise<readonly string[]>
  /** Reads the newest invocations of earlier processes from the store. */
  restore(): Promise<void>
}

export interface InvokerOptions {
  readonly functions: readonly LoadedFunction[]
  readonly services: object
  readonly store: InvocationStore
  readonly hooks: RuntimeHooks
}

export function createInvoker(options: InvokerOptions): Invoker {
  const { functions, store, hooks } = options
  const running = new Running()
  const last = new Map<string, InvocationSummary>()
  let stopping = false
  const remember = (summary: InvocationSummary): void => void last.set(summary.functionName, summary)

  async function skip(request: InvocationRequest, requestId: string): Promise<InvocationOutcome> {
    hooks.onSkip?.(request.name)
    const now = new Date()
    const { trigger, actor, input = {} } = request
    const id = await store.begin({ functionName: request.name, trigger, actor, requestId, startedAt: now, input })
    await store.end(id, { state: 'SKIPPED', endedAt: now, durationMs: 0, error: 'the previous one is still running' })
    return { id, state: 'SKIPPED', durationMs: 0 }
  }

  function alreadyRunning(name: string): Problem {
    const other = running.of(name)
    return new Problem(409, 'ALREADY_RUNNING', `${name} is running; wait for it to end.`, {
      retryable: true,
      extra: other ? { invocationId: other.id, startedAt: other.startedAt.toISOString() } : {},
    })
  }

  async function invoke(request: InvocationRequest): Promise<InvocationOutcome> {
    const { name, trigger, actor } = request
    const requestId = request.requestId ?? Bun.randomUUIDv7()
    if (stopping) {
      throw new Problem(503, 'SHUTTING_DOWN', 'The process is stopping.', { headers: { 'Retry-After': '10' } })
    }
    const found = functions.find((known) => known.name === name)
    if (!found) throw new Problem(404, 'NO_SUCH_FUNCTION', `There is no function ${name}.`)
    requireAccess(actor, accessOf(found.definition, 'POST'))
    const validated = await validate(found.definition.input, request.input ?? {})
    if (!validated.ok) throw inputProblem(validated.errors, 'body')
    const overlap = found.definition.overlap === true
    if (!running.claim(name, overlap)) {
      if (trigger === 'schedule') return skip(request, requestId)
      throw alreadyRunning(name)
    }
    const record = { functionName: name, trigger, actor, requestId, startedAt: new Date(), input: validated.value }
    return runInvocation({ ...options, found, record, running, overlap, remember, signal: request.signal })
  }

  return {
    invoke,
    running: () => running.list(),
    last: (name) => last.get(name),
    stop: async (graceMs) => {
      stopping = true
      for (const entry of running.list())
        entry.abort.abort(new Problem(503, 'SHUTTING_DOWN', 'The process is stopping.'))
      return (await running.idle(graceMs)).map((entry) => entry.functionName)
    },
    restore: async () => {
      for (const summary of (await store.latest?.()) ?? []) {
        if (!last.has(summary.functionName)) remember(summary)
      }
    },
  }
}
