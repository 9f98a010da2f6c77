import { type Actor, accessOf, requireAccess } from './actor.ts'
import type { Around } from './around.ts'
import type { InvocationContext, Trigger } from './define.ts'
import { checkedInput, checkedOutput, type Input } from './input.ts'
import { Problem } from './problem.ts'
import { DEFAULT_TIMEOUT, runHandler } from './run.ts'
import type { LoadedFunction } from './tree.ts'

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
  /** For every state but SUCCEEDED and SKIPPED: the caller's answer. */
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

interface InvokerOptions {
  readonly functions: readonly LoadedFunction[]
  readonly services: object
  readonly store: InvocationStore
  readonly around: Pick<Around, 'onError' | 'onLog' | 'onSkip'>
}

export function createInvoker({ functions, services, store, around }: InvokerOptions): Invoker {
  const running = new Running()
  const last = new Map<string, InvocationSummary>()
  let stopping = false

  async function invoke(request: InvocationRequest): Promise<InvocationOutcome> {
    const { name, trigger, actor } = request
    const requestId = request.requestId ?? Bun.randomUUIDv7()
    if (stopping) {
      throw new Problem(503, 'SHUTTING_DOWN', 'The process is stopping.', { headers: { 'Retry-After': '10' } })
    }
    const found = functions.find((known) => known.name === name)
    if (!found) throw new Problem(404, 'NO_SUCH_FUNCTION', `There is no function ${name}.`)
    const { definition } = found
    requireAccess(actor, accessOf(definition, 'POST'))
    const input = await checkedInput(definition.input, request.input ?? {}, 'body')
    const overlap = definition.overlap === true
    if (!running.claim(name, overlap)) {
      if (trigger === 'schedule') return skip(request, requestId)
      throw alreadyRunning(name)
    }
    // From here on the claim is given back when the handler has really ended, never earlier.
    const record = { functionName: name, trigger, actor, requestId, startedAt: new Date(), input }
    let id: string
    try {
      id = await store.begin(record)
    } catch (error) {
      running.release(name, overlap)
      throw error
    }
    return run(found, record, input, id, request.signal)
  }

  async function skip(request: InvocationRequest, requestId: string): Promise<InvocationOutcome> {
    around.onSkip?.(request.name)
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

  async function run(
    { name, file, definition }: LoadedFunction,
    record: InvocationRecord,
    input: Input,
    id: string,
    signal: AbortSignal | undefined,
  ): Promise<InvocationOutcome> {
    const { trigger, startedAt, requestId } = record
    const abort = new AbortController()
    const entry: RunningInvocation = { functionName: name, id, trigger, startedAt, abort, overdue: false }
    running.add(entry)
    last.set(name, { id, functionName: name, trigger, startedAt, end: null })
    // The caller's cancel goes the same way as a stop, so that `conclude` finds one signal to look at.
    const cancel = (): void => abort.abort(signal?.reason)
    if (signal?.aborted) cancel()
    signal?.addEventListener('abort', cancel)

    const timeout = definition.timeout ?? DEFAULT_TIMEOUT
    const started = performance.now()
    const { result, ended } = runHandler({
      services,
      timeout,
      invocation: invocationOf(record, entry),
      onTimeout: () => {
        entry.overdue = true
        const problem = new Problem(503, 'TIMED_OUT', `${name} did not end within ${timeout} ms.`)
        abort.abort(problem)
        return problem
      },
      handler: async (context) => checkedOutput(definition.output, await definition.run(input, context), file),
    })
    void ended.then(() => {
      signal?.removeEventListener('abort', cancel)
      running.release(name, definition.overlap === true, entry)
    })
    const conclusion = await result.then(
      (output) => succeeded(output, Math.round(performance.now() - started)),
      (error: unknown) => failed(error, entry, Math.round(performance.now() - started)),
    )
    const { end, problem, unexpected } = conclusion
    if (unexpected !== undefined) around.onError?.(unexpected.error, { function: name, invocationId: id, requestId })
    last.set(name, { id, functionName: name, trigger, startedAt, end })
    try {
      await store.end(id, end)
    } catch (error) {
      // The work is done whatever the record says; the reader of the log must learn that the record is wrong.
      around.onError?.(error, { function: name, invocationId: id, during: 'recording the end' })
    }
    const { state, durationMs, output } = end
    return { id, state, durationMs, output, problem }
  }

  function invocationOf({ actor, requestId, trigger, functionName }: InvocationRecord, entry: RunningInvocation) {
    const onlyFor = (what: string) => (): never => {
      throw new Error(`${functionName}: ${what}`)
    }
    return {
      signal: entry.abort.signal,
      actor,
      requestId,
      trigger,
      invocationId: entry.id,
      log: (level, message, fields = {}) =>
        around.onLog?.(level, message, { ...fields, function: functionName, invocationId: entry.id, requestId }),
      keepOpen: onlyFor('keepOpen() is for routes; a function has no connection to keep'),
      formToken: onlyFor('formToken() is for routes and pages; a function shows no form'),
      page: onlyFor('page() is for routes and pages; a function shows none'),
    } satisfies InvocationContext
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
        if (!last.has(summary.functionName)) last.set(summary.functionName, summary)
      }
    },
  }
}

interface Conclusion {
  readonly end: InvocationEnd
  readonly problem?: Problem
  /** What no handler meant to say: for the log. */
  readonly unexpected?: { readonly error: unknown }
}

function succeeded(output: unknown, durationMs: number): Conclusion {
  return { end: { state: 'SUCCEEDED', endedAt: new Date(), durationMs, output } }
}

function failed(
  error: unknown,
  { functionName, id, overdue, abort }: RunningInvocation,
  durationMs: number,
): Conclusion {
  const message = error instanceof Error ? error.message : String(error)
  const end = (state: InvocationState): InvocationEnd => ({ state, endedAt: new Date(), durationMs, error: message })
  if (overdue) {
    const problem = error instanceof Problem ? error : new Problem(503, 'TIMED_OUT', message)
    return { end: end('TIMED_OUT'), problem }
  }
  if (abort.signal.aborted) {
    const problem = new Problem(503, 'CANCELLED', `${functionName} was cancelled.`, { cause: error })
    return { end: end('CANCELLED'), problem }
  }
  if (error instanceof Problem) return { end: end('FAILED'), problem: error }
  const detail = `${functionName} failed. The log has the details under invocation ${id}.`
  return { end: end('FAILED'), problem: new Problem(500, 'INTERNAL', detail), unexpected: { error } }
}

interface RunningInvocation {
  readonly functionName: string
  readonly id: string
  readonly trigger: Trigger
  readonly startedAt: Date
  readonly abort: AbortController
  /** Timed out and reported, but its handler has not ended yet. */
  overdue: boolean
}

/**
 * What runs now. One register for schedule, HTTP and CLI, so that a function never overlaps itself whoever asks.
 * An entry stays until the handler has really ended.
 */
class Running {
  readonly #entries = new Set<RunningInvocation>()
  readonly #claimed = new Set<string>()
  readonly #waiting = new Set<() => void>()

  /** Taken before the first await, so that two callers in one tick cannot both have it. */
  claim(functionName: string, overlap: boolean): boolean {
    if (overlap) return true
    if (this.#claimed.has(functionName)) return false
    this.#claimed.add(functionName)
    return true
  }

  add(entry: RunningInvocation): void {
    this.#entries.add(entry)
  }

  /** Gives the claim back, and the entry if there was one. */
  release(functionName: string, overlap: boolean, entry?: RunningInvocation): void {
    if (entry) this.#entries.delete(entry)
    if (!overlap) this.#claimed.delete(functionName)
    if (this.#entries.size === 0) for (const wake of this.#waiting) wake()
  }

  list(): readonly RunningInvocation[] {
    return [...this.#entries]
  }

  of(functionName: string): RunningInvocation | undefined {
    return this.list().find((entry) => entry.functionName === functionName)
  }

  /** Resolves when nothing runs or after `graceMs`; the answer is what still runs. */
  async idle(graceMs: number): Promise<readonly RunningInvocation[]> {
    if (this.#entries.size === 0) return []
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, graceMs)
    this.#waiting.add(resolve)
    await promise
    this.#waiting.delete(resolve)
    clearTimeout(timer)
    return this.list()
  }
}

type InvocationState = 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'CANCELLED' | 'SKIPPED'

interface InvocationRecord {
  readonly functionName: string
  readonly trigger: Trigger
  readonly actor: Actor
  readonly requestId: string
  readonly startedAt: Date
  /** Validated; of a skipped one as it came. */
  readonly input: unknown
}

interface InvocationEnd {
  readonly state: InvocationState
  readonly endedAt: Date
  readonly durationMs: number
  readonly output?: unknown
  /** For people with access to the log; may name internals. */
  readonly error?: string
}

/** Last known invocation of a function, as lists show it. */
export interface InvocationSummary {
  readonly id: string
  readonly functionName: string
  readonly trigger: Trigger
  readonly startedAt: Date
  /** Null while it runs. */
  readonly end: InvocationEnd | null
}

/** Where invocations are written down. */
export interface InvocationStore {
  /** @returns the invocation's id */
  begin(record: InvocationRecord): Promise<string>
  end(id: string, outcome: InvocationEnd): Promise<void>
  /** The newest of each function, read once at the start. */
  latest?(): Promise<readonly InvocationSummary[]>
}

/** Keeps only the newest of each function; for tests and for a product without a database. */
export function memoryStore(): InvocationStore & {
  readonly all: readonly (InvocationRecord & { end?: InvocationEnd })[]
} {
  const all: (InvocationRecord & { end?: InvocationEnd })[] = []
  return {
    all,
    begin: async (record) => String(all.push({ ...record })),
    end: async (id, outcome) => {
      const record = all[Number(id) - 1]
      if (!record) throw new Error(`There is no invocation ${id}.`)
      record.end = outcome
    },
  }
}
