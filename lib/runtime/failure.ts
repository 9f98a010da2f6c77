import type { Context } from 'hono'
import { ErrorPage } from './error-page.tsx'
import type { AppEnv } from './exchange.ts'
import type { AppOptions } from './http.ts'
import { renderDocument } from './page.tsx'
import { Problem } from './problem.ts'
import { problemResponse } from './problem-document.ts'

/** A Problem as it is; anything else as a 500 that tells nothing but the request id, and is reported. */
export function failureResponse(c: Context<AppEnv>, error: unknown, options: AppOptions): Response {
  const requestId = c.get('requestId')
  const problem = error instanceof Problem ? error : internalProblem(requestId)
  // A handler that gave up because its client went away is no fault of ours.
  const clientGone = c.req.raw.signal.aborted && !(error instanceof Problem)
  if (!(error instanceof Problem) && !clientGone) {
    options.hooks.onError?.(error, { requestId, method: c.req.method, path: c.req.path })
  }
  if (!wantsPage(c)) return problemResponse(problem, { instance: c.req.path, requestId })
  const own = options.document.errorPage
  const actor = c.get('actor')
  return renderDocument({
    title: problem.title,
    body: own ? own({ problem, requestId, actor }) : ErrorPage({ problem, requestId }),
    assets: options.assets,
    document: options.document,
    status: problem.status,
    headers: problem.headers,
  })
}

function wantsPage(c: Context<AppEnv>): boolean {
  return !c.req.path.startsWith('/api/') && (c.req.header('accept') ?? '').includes('text/html')
}

export function internalProblem(requestId: string): Problem {
  return new Problem(
    500,
    'INTERNAL',
    `Something went wrong inside. The log has the details under the request id ${requestId}.`,
    {
      title: 'Internal error',
    },
  )
}
