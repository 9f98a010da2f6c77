import type { Handler, Context as HonoContext } from 'hono'
import { type Access, type Actor, accessOf, anonymous, type Peer, requireAccess } from './actor.ts'
import type { AppEnv, Around, Site } from './around.ts'
import { auditWrite } from './audit.ts'
import type { Context } from './define.ts'
import { checkedOutput, type FormFields, type Input, pathAndQuery, readForm, requestInput } from './input.ts'
import { renderDocument } from './page.tsx'
import { Problem, withProblem } from './problem.ts'
import { etagOf, isReply, matches } from './reply.ts'
import { DEFAULT_TIMEOUT, runHandler } from './run.ts'
import type { LoadedPage, LoadedRoute } from './tree.ts'

type Exchange = HonoContext<AppEnv>

/** Who, may they, input, run, output; whatever came of a write is in the audit. around.ts has the whole way. */
export function routeHandler(route: LoadedRoute, site: Site): Handler<AppEnv> {
  const { definition, method } = route
  return async (c) => {
    let input: Input | null = null
    try {
      const access = definition.publicWhile?.(site.services) ? 'public' : accessOf(definition, method)
      const { actor, fields } = await letIn(c, route, access, site.around)
      const read = await requestInput(definition, { request: c.req.raw, method, parameters: parametersOf(c), fields })
      input = read
      const result = await runExchange(c, actor, site, definition.timeout, (context) => definition.run(read, context))
      const response = await answer(c, route, result)
      await auditWrite(c, route, input, { response }, site)
      return response
    } catch (error) {
      await auditWrite(c, route, input, { error }, site)
      if (!definition.form) throw error
      // What was typed is lost, but the person is not.
      return signInInstead(error, route.path, c.req.path, site.around)
    }
  }
}

export function pageHandler(page: LoadedPage, site: Site): Handler<AppEnv> {
  const { definition } = page
  return async (c) => {
    const method = 'GET'
    try {
      const { actor } = await letIn(c, page, accessOf(definition, method), site.around)
      const parts = { request: c.req.raw, method, parameters: parametersOf(c), fields: null }
      const input = await requestInput(definition, parts)
      return await runExchange(c, actor, site, undefined, async (context) => {
        const body = await definition.render(input, context)
        if (body instanceof Response) return body
        const { title: named } = definition
        const title = typeof named === 'function' ? await named(input, context) : named
        return context.page({ title, body })
      })
    } catch (error) {
      const { pathname, search } = pathAndQuery(c.req.url)
      return signInInstead(error, page.path, pathname + search, site.around)
    }
  }
}

function parametersOf(c: Exchange): Readonly<Record<string, string>> {
  return c.req.param() as Record<string, string>
}

/** Decides whether the caller may, and remembers who it is for the log. A form's fields are read here: one is its token. */
async function letIn(
  c: Exchange,
  place: LoadedRoute | LoadedPage,
  access: Access,
  around: Around,
): Promise<{ readonly actor: Actor; readonly fields: FormFields | null }> {
  const { definition, path } = place
  c.set('route', path)
  const actor = access === 'public' ? await guest(c, around) : await member(c, access, around)
  c.set('actor', actor)
  const request = c.req.raw
  const isForm = 'form' in definition && definition.form === true
  const fields = isForm ? await readForm(request, definition.bodyLimit) : null
  const formToken = fields === null ? null : (fields.find(([name]) => name === 'csrf')?.[1] ?? '')
  const refusal = await around.admit?.({ request, actor, access, formToken })
  if (refusal) throw refusal
  return { actor, fields: fields?.filter(([name]) => name !== 'csrf') ?? null }
}

/** @throws Problem of `identify`, 401 NOT_AUTHENTICATED or 403 FORBIDDEN_ROLE */
async function member(c: Exchange, access: Access, { identify }: Around): Promise<Actor> {
  const actor = await identified(c.req.raw, c.get('peer'), identify)
  if (actor instanceof Problem) throw actor
  // Before it is judged whether they may: a refusal is logged with their name.
  c.set('actor', actor)
  requireAccess(actor, access)
  return actor
}

/** Health checks and the login page must work with an expired token in hand, and with a database that cannot be read. */
async function guest(c: Exchange, { identify, onError }: Around): Promise<Actor> {
  const peer = c.get('peer')
  try {
    const actor = await identified(c.req.raw, peer, identify)
    if (!(actor instanceof Problem)) return actor
  } catch (error) {
    onError?.(error, { requestId: c.get('requestId'), during: 'finding out who asks' })
  }
  return anonymous(peer.address, c.req.header('user-agent') ?? null)
}

async function identified(request: Request, peer: Peer, identify: Around['identify']): Promise<Actor | Problem> {
  try {
    return await identify(request, peer)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

/** Bun takes no more seconds than these. */
const LONGEST_IDLE = 255

/**
 * The handler with what it is given beside the services, under its time-out.
 * @throws Problem 503 TIMED_OUT; whatever the handler throws
 */
function runExchange<Result>(
  c: Exchange,
  actor: Actor,
  { services, around, assets, document, stopping }: Site,
  timeout = DEFAULT_TIMEOUT,
  handler: (context: Context<object>) => Result | Promise<Result>,
): Promise<Result> {
  const request = c.req.raw
  const requestId = c.get('requestId')
  const server = c.env?.server
  const deadline = new AbortController()
  const streamEnd = new AbortController()
  let form: ReturnType<NonNullable<Around['formToken']>> | null = null
  // Bun cuts a connection that is silent for its idle limit; while a handler works, its own time-out counts.
  const seconds = Math.ceil(timeout / 1000) + 5
  server?.timeout(request, seconds > LONGEST_IDLE ? 0 : seconds)
  return runHandler({
    services,
    timeout,
    handler,
    onTimeout: () => {
      const problem = new Problem(503, 'TIMED_OUT', `No answer within ${timeout} ms.`, { title: 'Timed out' })
      deadline.abort(problem)
      return problem
    },
    invocation: {
      signal: AbortSignal.any([request.signal, deadline.signal, streamEnd.signal]),
      actor,
      requestId,
      invocationId: requestId,
      trigger: 'http',
      request,
      log: (level, message, fields = {}) => around.onLog?.(level, message, { ...fields, requestId }),
      keepOpen: () => {
        server?.timeout(request, 0)
        // Only a stream ends when the process begins to stop; an ordinary request may finish.
        const end = (): void => streamEnd.abort(stopping.reason)
        if (stopping.aborted) end()
        stopping.addEventListener('abort', end, { once: true, signal: request.signal })
      },
      formToken: () => {
        // Once: two forms on a page must not get two cookies.
        form ??= around.formToken?.(request) ?? null
        if (form === null) throw new Error('formToken() needs the product to say what a form must send back')
        if (form.cookie !== null) c.set('formCookie', form.cookie)
        return form.token
      },
      page: ({ problem, ...shown }) => {
        const refused = problem && { status: problem.status, headers: problem.headers }
        return withProblem(renderDocument({ ...refused, ...shown, assets, document }), problem)
      },
    },
  }).result
}

/** What the handler returned, as an HTTP answer. */
async function answer(c: Exchange, { definition, file, method }: LoadedRoute, result: unknown): Promise<Response> {
  if (result instanceof Response) return result
  const given = isReply(result) ? result : { status: definition.status ?? 200, body: result, headers: {} }
  if (given.body === undefined) {
    return new Response(null, { status: given.status === 200 ? 204 : given.status, headers: given.headers })
  }
  const body = JSON.stringify(await checkedOutput(definition.output, given.body, `${method} in ${file}`))
  const headers = new Headers({ 'Content-Type': 'application/json', ...given.headers })
  if (!definition.etag || given.status !== 200) return new Response(body, { status: given.status, headers })
  const etag = headers.get('ETag') ?? etagOf(body)
  headers.set('ETag', etag)
  headers.set('Cache-Control', 'private, no-cache')
  if (!matches(c.req.header('if-none-match') ?? null, etag)) return new Response(body, { headers })
  headers.delete('Content-Type')
  return new Response(null, { status: 304, headers })
}

/**
 * The way to the login page, and from there back to `next`, for a browser that was kept out of `path`.
 * @throws the error itself, where signing in is no cure
 */
function signInInstead(error: unknown, path: string, next: string, { signInPath }: Around): Response {
  const elsewhere = error instanceof Problem ? (signInPath?.(error) ?? null) : null
  if (elsewhere === null || elsewhere === path) throw error
  return new Response(null, { status: 303, headers: { Location: `${elsewhere}?next=${encodeURIComponent(next)}` } })
}
