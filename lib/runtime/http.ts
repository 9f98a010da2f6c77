import { type Handler, Hono, type Context as HonoContext } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import { peerOf } from './actor.ts'
import type { AppEnv, Site } from './around.ts'
import type { Assets } from './assets.ts'
import { crossSiteProblem, hostProblem } from './guard.ts'
import { pageHandler, routeHandler } from './handle.ts'
import { ErrorPage, renderDocument } from './page.tsx'
import { Problem, problemResponse } from './problem.ts'
import { matches } from './reply.ts'
import { comparePaths } from './route-path.ts'
import type { LoadedPage, LoadedRoute, Tree } from './tree.ts'

export type App = Hono<AppEnv>

const API_VERSION = '1'

/** The whole HTTP side: `app.fetch(request, env)`; `app.request('/path')` needs no port. */
export function createApp(site: Site): App {
  const app = new Hono<AppEnv>()
  const { around, assets, stopping, tree } = site

  // No inline script or style anywhere, so no nonce is needed. No HSTS: whether there is TLS is the proxy's business.
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'"],
      },
      xContentTypeOptions: 'nosniff',
      referrerPolicy: 'same-origin',
      xFrameOptions: 'DENY',
      crossOriginOpenerPolicy: 'same-origin',
      crossOriginResourcePolicy: 'same-origin',
      strictTransportSecurity: false,
      originAgentCluster: false,
      xDnsPrefetchControl: false,
      xDownloadOptions: false,
      xPermittedCrossDomainPolicies: false,
      xXssProtection: false,
    }),
  )

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
    await finish(c)
    around.onRequest?.({
      method: request.method,
      route: c.get('route'),
      path: c.req.path,
      status: c.res.status,
      durationMs: performance.now() - started,
      requestId,
      actor: c.get('actor'),
      peer,
      request,
    })
  })

  app.use(async (c, next) => {
    if (stopping.aborted) {
      throw new Problem(503, 'SHUTTING_DOWN', 'The server is stopping.', { headers: { 'Retry-After': '10' } })
    }
    const refusal = hostProblem(c.req.raw, c.get('peer'), around) ?? crossSiteProblem(c.req.raw, around)
    if (refusal) throw refusal
    await next()
  })

  for (const path of assets.paths) app.get(path, assetHandler(assets))
  for (const group of samePaths(tree)) register(app, group, site)

  app.notFound((c) => failureResponse(c, new Problem(404, 'NOT_FOUND', `There is nothing at ${c.req.path}.`), site))
  app.onError((error, c) => failureResponse(c, error, site))
  return app
}

/** A client's id is used when it cannot break a log line or a header; else a new one. */
function requestIdOf(request: Request): string {
  const given = request.headers.get('x-request-id')
  return given !== null && /^[A-Za-z0-9._:-]{1,128}$/.test(given) ? given : Bun.randomUUIDv7()
}

/** What every answer carries besides the headers above; a handler's own Cache-Control stays. */
async function finish(c: HonoContext<AppEnv>): Promise<void> {
  const { status, statusText } = c.res
  const headers = new Headers(c.res.headers)
  const formCookie = c.get('formCookie')
  if (formCookie !== null) headers.append('Set-Cookie', formCookie)
  headers.set('X-Request-Id', c.get('requestId'))
  const { path, method } = c.req
  if (path === '/api' || path.startsWith('/api/')) headers.set('API-Version', API_VERSION)
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store')
  let { body } = c.res
  if (method === 'HEAD' && body) {
    // Nothing will read it: a stream would otherwise run on for ever.
    await body.cancel()
    body = null
  }
  // A fresh response, because a handler's own may have headers that cannot be changed.
  c.res = undefined
  c.res = new Response(body, { status, statusText, headers })
}

type Place = LoadedRoute | LoadedPage

/** Places that match the same URLs belong together, whatever their parameters are called. */
function samePaths(tree: Tree): Place[][] {
  const places: Place[] = [...tree.routes, ...tree.pages]
  const groups = Map.groupBy(places, ({ path }) => path.replace(/:[A-Za-z0-9]+/g, ':'))
  return [...groups.values()].sort(([a], [b]) => comparePaths(a?.path ?? '', b?.path ?? ''))
}

/** After a path's own methods comes a refusal for all others: Hono alone would answer 404. */
function register(app: App, group: readonly Place[], site: Site): void {
  const methods = group.map((place) => ('method' in place ? place.method : 'GET'))
  const allow = [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].join(', ')
  for (const place of group) {
    if ('method' in place) app.on(place.method, place.path, routeHandler(place, site))
    else app.get(place.path, pageHandler(place, site))
  }
  app.all(group[0]?.path ?? '/', (c) => {
    c.set('route', group[0]?.path ?? null)
    throw new Problem(405, 'METHOD_NOT_ALLOWED', `${c.req.method} is not possible here; use ${allow}.`, {
      headers: { Allow: allow },
    })
  })
}

/** A name with the content's hash in it never changes; a plain name is asked for again each time. */
function assetHandler(assets: Assets): Handler<AppEnv> {
  return async (c, next) => {
    const asset = assets.find(c.req.path)
    if (!asset) return next()
    c.set('route', asset.immutable ? '/assets/*' : c.req.path)
    const headers = {
      'Content-Type': asset.type,
      'Cache-Control': asset.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
      ETag: asset.etag,
    }
    if (matches(c.req.header('if-none-match') ?? null, asset.etag)) return new Response(null, { status: 304, headers })
    return new Response(asset.body, { headers })
  }
}

/** A Problem as it is; anything else as a 500 that says nothing but the request id, and is reported. */
function failureResponse(c: HonoContext<AppEnv>, error: unknown, { around, document, assets }: Site): Response {
  const requestId = c.get('requestId')
  const problem = error instanceof Problem ? error : internalProblem(requestId)
  // A handler that gave up because its client went away is no fault of ours.
  const clientGone = c.req.raw.signal.aborted && !(error instanceof Problem)
  if (!(error instanceof Problem) && !clientGone) {
    around.onError?.(error, { requestId, method: c.req.method, path: c.req.path })
  }
  if (!wantsPage(c)) return problemResponse(problem, { instance: c.req.path, requestId })
  const own = document.errorPage
  const actor = c.get('actor')
  return renderDocument({
    title: problem.title,
    body: own ? own({ problem, requestId, actor }) : ErrorPage({ problem, requestId }),
    assets,
    document,
    status: problem.status,
    headers: problem.headers,
  })
}

function wantsPage(c: HonoContext<AppEnv>): boolean {
  return !c.req.path.startsWith('/api/') && (c.req.header('accept') ?? '').includes('text/html')
}

function internalProblem(requestId: string): Problem {
  return new Problem(
    500,
    'INTERNAL',
    `Something went wrong inside. The log has the details under the request id ${requestId}.`,
    {
      title: 'Internal error',
    },
  )
}
