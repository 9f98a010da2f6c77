import { Hono } from 'hono'
import { assetHandler } from './asset-handler.ts'
import type { Assets } from './assets.ts'
import type { AppEnv } from './exchange.ts'
import { failureResponse } from './failure.ts'
import { crossSiteProblem, hostProblem } from './guard.ts'
import type { Identify, RuntimeHooks } from './hooks.ts'
import type { DocumentOptions } from './page.tsx'
import { pageHandler } from './page-handler.ts'
import { peerOf } from './peer.ts'
import { Problem } from './problem.ts'
import { finishHeaders, requestIdOf } from './response-headers.ts'
import { routeHandler } from './route-handler.ts'
import { comparePaths } from './route-path.ts'
import type { LoadedPage, LoadedRoute, Tree } from './tree.ts'

export interface AppOptions {
  readonly tree: Tree
  readonly services: object
  readonly identify: Identify
  readonly hooks: RuntimeHooks
  readonly assets: Assets
  readonly document: DocumentOptions
  /** Aborted when the process stops: new requests get 503, streams end. */
  readonly stopping: AbortSignal
}

export type App = Hono<AppEnv>

/** The whole HTTP side: `app.fetch(request, env)`; `app.request('/path')` needs no port. */
export function createApp(options: AppOptions): App {
  const app = new Hono<AppEnv>()
  const { hooks } = options

  app.use(async (c, next) => {
    const started = performance.now()
    const request = c.req.raw
    const requestId = requestIdOf(request)
    const peer = peerOf(request, c.env)
    c.set('requestId', requestId)
    c.set('peer', peer)
    c.set('actor', null)
    c.set('route', null)
    c.set('formCookie', null)
    await next()
    const headers = new Headers(c.res.headers)
    const formCookie = c.get('formCookie')
    if (formCookie !== null) headers.append('Set-Cookie', formCookie)
    finishHeaders(headers, c.req.path, requestId)
    const { status, statusText } = c.res
    let { body } = c.res
    if (request.method === 'HEAD' && body) {
      // Nobody will read it: a stream would otherwise run on for ever.
      await body.cancel()
      body = null
    }
    // A fresh response, because a handler's own may have headers that cannot be changed.
    c.res = undefined
    c.res = new Response(body, { status, statusText, headers })
    hooks.onRequest?.({
      method: request.method,
      route: c.get('route'),
      path: c.req.path,
      status,
      durationMs: performance.now() - started,
      requestId,
      actor: c.get('actor'),
      peer,
      request,
    })
  })

  app.use(async (c, next) => {
    if (options.stopping.aborted) {
      throw new Problem(503, 'SHUTTING_DOWN', 'The server is stopping.', { headers: { 'Retry-After': '10' } })
    }
    const refusal = hostProblem(c.req.raw, c.get('peer'), hooks) ?? crossSiteProblem(c.req.raw, hooks)
    if (refusal) throw refusal
    await next()
  })

  for (const path of options.assets.paths) app.get(path, assetHandler(options.assets))
  for (const group of samePaths(options.tree)) register(app, group, options)

  app.notFound((c) => failureResponse(c, new Problem(404, 'NOT_FOUND', `There is nothing at ${c.req.path}.`), options))
  app.onError((error, c) => failureResponse(c, error, options))
  return app
}

type Place = LoadedRoute | LoadedPage

/** Places that match the same URLs belong together, whatever their parameters are called. */
function samePaths(tree: Tree): Place[][] {
  const places: Place[] = [...tree.routes, ...tree.pages]
  const groups = Map.groupBy(places, ({ path }) => path.replace(/:[A-Za-z0-9]+/g, ':'))
  return [...groups.values()].sort(([a], [b]) => comparePaths(a?.path ?? '', b?.path ?? ''))
}

/** After a path's own methods comes a refusal for all others: Hono alone would answer 404. */
function register(app: App, group: readonly Place[], options: AppOptions): void {
  const methods = group.map((place) => ('method' in place ? place.method : 'GET'))
  const allow = [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].join(', ')
  for (const place of group) {
    if ('method' in place) app.on(place.method, place.path, routeHandler(place, options))
    else app.get(place.path, pageHandler(place, options))
  }
  app.all(group[0]?.path ?? '/', (c) => {
    c.set('route', group[0]?.path ?? null)
    throw new Problem(405, 'METHOD_NOT_ALLOWED', `${c.req.method} is not possible here; use ${allow}.`, {
      headers: { Allow: allow },
    })
  })
}
