import type { Context as HonoContext } from 'hono'
import type { Actor } from './actor.ts'
import { withProblem } from './answered-problem.ts'
import type { Assets } from './assets.ts'
import { type Context, makeContext } from './context.ts'
import type { RuntimeHooks } from './hooks.ts'
import { type DocumentOptions, renderDocument } from './page.tsx'
import type { Peer, ServerEnv } from './peer.ts'
import { Problem } from './problem.ts'

/** What the first middleware and the handlers tell each other about one request. */
export type AppEnv = {
  Bindings: ServerEnv
  Variables: {
    requestId: string
    peer: Peer
    actor: Actor | null
    route: string | null
    /** To be set with the answer, so that a form in it can be sent back. */
    formCookie: string | null
  }
}

export const DEFAULT_TIMEOUT = 60_000
/** Bun takes no more seconds than these. */
const LONGEST_IDLE = 255

export interface ExchangeOptions {
  readonly services: object
  readonly hooks: RuntimeHooks
  readonly assets: Assets
  readonly document: DocumentOptions
  readonly stopping: AbortSignal
  readonly timeout: number
}

/**
 * Runs a route's or page's handler with its context, under its time-out.
 * @throws Problem 503 TIMED_OUT; whatever the handler throws
 */
export async function runHandler<Result>(
  c: HonoContext<AppEnv>,
  actor: Actor,
  options: ExchangeOptions,
  run: (context: Context<object>) => Result | Promise<Result>,
): Promise<Result> {
  const request = c.req.raw
  const requestId = c.get('requestId')
  const server = c.env?.server
  const deadline = new AbortController()
  const { promise: expired, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const problem = new Problem(503, 'TIMED_OUT', `No answer within ${options.timeout} ms.`, { title: 'Timed out' })
    deadline.abort(problem)
    reject(problem)
  }, options.timeout)
  // Bun cuts a connection that is silent for its idle limit; while a handler works, its own time-out counts.
  const seconds = Math.ceil(options.timeout / 1000) + 5
  server?.timeout(request, seconds > LONGEST_IDLE ? 0 : seconds)
  const streamEnd = new AbortController()
  let form: ReturnType<NonNullable<RuntimeHooks['formToken']>> | null = null
  const context = makeContext(options.services, {
    signal: AbortSignal.any([request.signal, deadline.signal, streamEnd.signal]),
    actor,
    requestId,
    invocationId: requestId,
    trigger: 'http',
    request,
    log: (level, message, fields = {}) => options.hooks.onLog?.(level, message, { ...fields, requestId }),
    keepOpen: () => {
      clearTimeout(timer)
      server?.timeout(request, 0)
      // Only a stream ends when the process begins to stop; an ordinary request may finish.
      const end = (): void => streamEnd.abort(options.stopping.reason)
      if (options.stopping.aborted) end()
      options.stopping.addEventListener('abort', end, { once: true, signal: request.signal })
    },
    formToken: () => {
      // Once: two forms on a page must not get two cookies.
      form ??= options.hooks.formToken?.(request) ?? null
      if (form === null) throw new Error('formToken() needs the hook of the same name')
      if (form.cookie !== null) c.set('formCookie', form.cookie)
      return form.token
    },
    page: ({ problem, ...answer }) => {
      const { assets, document } = options
      const refused = problem && { status: problem.status, headers: problem.headers }
      return withProblem(renderDocument({ ...refused, ...answer, assets, document }), problem)
    },
  })
  try {
    return await Promise.race([run(context), expired])
  } finally {
    clearTimeout(timer)
  }
}
