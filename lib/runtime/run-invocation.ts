import { makeContext } from './context.ts'
import { DEFAULT_TIMEOUT } from './exchange.ts'
import type { InvocationEnd, InvocationRecord, InvocationSummary } from './invocation-store.ts'
import type { InvocationOutcome, InvokerOptions } from './invoke.ts'
import { Problem } from './problem.ts'
import { checkedOutput } from './route-handler.ts'
import type { Running, RunningInvocation } from './running.ts'
import type { LoadedFunction } from './tree.ts'

export interface InvocationJob extends InvokerOptions {
  readonly found: LoadedFunction
  readonly record: InvocationRecord
  readonly running: Running
  readonly overlap: boolean
  readonly signal: AbortSignal | undefined
  readonly remember: (summary: InvocationSummary) => void
}

type Ended = { readonly output: unknown } | { readonly error: unknown }

/** The claim is already held; from here on it is given back when the handler has really ended, never earlier. */
export async function runInvocation(job: InvocationJob): Promise<InvocationOutcome> {
  const { found, record, running, overlap } = job
  const { name } = found
  let id: string
  try {
    id = await job.store.begin(record)
  } catch (error) {
    running.release(name, overlap)
    throw error
  }
  const abort = new AbortController()
  const entry = { functionName: name, id, trigger: record.trigger, startedAt: record.startedAt, abort, overdue: false }
  running.add(entry)
  job.remember({ id, functionName: name, trigger: record.trigger, startedAt: record.startedAt, end: null })

  const started = performance.now()
  const handler = call(job, entry).finally(() => running.release(name, overlap, entry))
  const ended = await withTimeout(handler, entry, found.definition.timeout ?? DEFAULT_TIMEOUT)
  const outcome = conclude(ended, entry, Math.round(performance.now() - started))
  if (outcome.end.state === 'FAILED' && !(outcome.problem && outcome.cause === outcome.problem)) {
    job.hooks.onError?.(outcome.cause, { function: name, invocationId: id, requestId: record.requestId })
  }
  job.remember({ id, functionName: name, trigger: record.trigger, startedAt: record.startedAt, end: outcome.end })
  try {
    await job.store.end(id, outcome.end)
  } catch (error) {
    // The work is done whatever the book says; the reader of the log must learn that the book is wrong.
    job.hooks.onError?.(error, { function: name, invocationId: id, during: 'recording the end' })
  }
  const { state, durationMs, output } = outcome.end
  return { id, state, durationMs, output, problem: outcome.problem }
}

async function call(
  { found, record, services, hooks, signal }: InvocationJob,
  entry: RunningInvocation,
): Promise<Ended> {
  const { requestId, actor, trigger } = record
  const context = makeContext(services, {
    signal: entry.abort.signal,
    actor,
    requestId,
    trigger,
    invocationId: entry.id,
    log: (level, message, fields = {}) =>
      hooks.onLog?.(level, message, { ...fields, function: found.name, invocationId: entry.id, requestId }),
    keepOpen: () => {
      throw new Error(`${found.name}: keepOpen() is for routes; a function has no connection to keep`)
    },
    formToken: () => {
      throw new Error(`${found.name}: formToken() is for routes and pages; a function shows no form`)
    },
    page: () => {
      throw new Error(`${found.name}: page() is for routes and pages; a function shows none`)
    },
  })
  // The caller's cancel goes the same way as a stop, so that `conclude` finds one signal to look at.
  const cancel = (): void => entry.abort.abort(signal?.reason)
  if (signal?.aborted) cancel()
  signal?.addEventListener('abort', cancel)
  try {
    const output = await found.definition.run(record.input, context)
    return { output: await checkedOutput(found.definition.output, output, found.file) }
  } catch (error) {
    return { error }
  } finally {
    signal?.removeEventListener('abort', cancel)
  }
}

async function withTimeout(handler: Promise<Ended>, entry: RunningInvocation, timeout: number): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>()
  const timer = setTimeout(() => {
    entry.overdue = true
    const error = new Problem(503, 'TIMED_OUT', `${entry.functionName} did not end within ${timeout} ms.`)
    entry.abort.abort(error)
    resolve({ error })
  }, timeout)
  const ended = await Promise.race([handler, promise])
  clearTimeout(timer)
  return ended
}

interface Conclusion {
  readonly end: InvocationEnd
  readonly problem?: Problem
  readonly cause?: unknown
}

function conclude(ended: Ended, entry: RunningInvocation, durationMs: number): Conclusion {
  const endedAt = new Date()
  if ('output' in ended) return { end: { state: 'SUCCEEDED', endedAt, durationMs, output: ended.output } }
  const cause = ended.error
  const message = cause instanceof Error ? cause.message : String(cause)
  const end = (state: InvocationEnd['state']): InvocationEnd => ({ state, endedAt, durationMs, error: message })
  if (entry.overdue) {
    const problem = cause instanceof Problem ? cause : new Problem(503, 'TIMED_OUT', message)
    return { end: end('TIMED_OUT'), problem, cause }
  }
  if (entry.abort.signal.aborted) {
    const problem = new Problem(503, 'CANCELLED', `${entry.functionName} was cancelled.`, { cause })
    return { end: end('CANCELLED'), problem, cause }
  }
  if (cause instanceof Problem) return { end: end('FAILED'), problem: cause, cause }
  const detail = `${entry.functionName} failed. The log has the details under invocation ${entry.id}.`
  return { end: end('FAILED'), problem: new Problem(500, 'INTERNAL', detail), cause }
}
