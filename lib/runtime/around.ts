import type { Access, Actor, Peer, ServerEnv } from './actor.ts'
import type { Assets } from './assets.ts'
import type { Fields, LogLevel } from './define.ts'
import type { DocumentOptions } from './page.tsx'
import type { Problem } from './problem.ts'
import type { Tree } from './tree.ts'

/**
 * What surrounds a handler. The runtime takes these steps, always in this order; how each is done is the product's, which
 * knows users, tokens, limits and the audit. A request's way, with the file that takes the step:
 *
 * 1. server.ts  one request begins in each turn of the event loop
 * 2. http.ts    its id and its peer; 503 while the process stops; `allowedHost` and `allowedOrigin` (guard.ts); the router,
 *               or 404, or 405
 * 3. handle.ts  `identify`: who is it? → may they, by the handler's `access`? → of a form its fields → `admit`
 * 4. input.ts   path, query, form or JSON body → the value that the handler's `input` describes
 * 5. run.ts     the handler with its context, under its time-out and abort signal
 * 6. handle.ts  what it returned → JSON that its `output` allows, ETag → `audit` (audit.ts), also of what was refused
 * 7. http.ts    a Problem → its document or error page; headers → `onRequest`
 *
 * A function comes in at 5, from the schedule, another handler or a test; invoke.ts checks role and input, and records it.
 */
export interface Around {
  /** Is this a name of ours? `hostname` is without port and lower-case. Absent: every name is. */
  readonly allowedHost?: (hostname: string, host: string) => boolean
  /** Origins that are ours although their host is not the Host header, as behind a proxy that rewrites it. */
  readonly allowedOrigin?: (origin: string) => boolean
  /** Who is it? A Problem refuses the request, except on public paths, where it counts as anonymous. */
  readonly identify: (request: Request, peer: Peer) => Actor | Problem | Promise<Actor | Problem>
  /** A last word after access was decided, e.g. a rate limit; throws or returns a Problem to refuse. */
  readonly admit?: (admission: Admission) => Problem | null | Promise<Problem | null>
  /**
   * What a form of this request's page must send back as `csrf`, and a cookie to set with the page where the browser has
   * none that the token could belong to.
   */
  readonly formToken?: (request: Request) => FormToken
  /** After every method but GET, whatever came of it; not for routes with `audit: false`, nor for strangers. */
  readonly audit?: (write: WriteSummary) => void | Promise<void>
  /** Where a browser goes that this problem keeps out (a login page), or null: it sees the problem. */
  readonly signInPath?: (problem: Problem) => string | null
  /** An unexpected error: the client saw only its request id. */
  readonly onError?: (error: unknown, where: Fields) => void
  readonly onLog?: (level: LogLevel, message: string, fields: Fields) => void
  /** Every request, once it is answered. */
  readonly onRequest?: (summary: RequestSummary) => void
  /** A tick found the function still running and was left out. */
  readonly onSkip?: (functionName: string) => void
}

/** A request that was let in, before its handler. */
export interface Admission {
  readonly request: Request
  readonly actor: Actor
  readonly access: Access
  /** Of a form: the field `csrf`. Null where the route takes JSON. */
  readonly formToken: string | null
}

interface FormToken {
  readonly token: string
  /** A `Set-Cookie` header. */
  readonly cookie: string | null
}

/** What came of a request that may have written something. */
export interface WriteSummary {
  /** The route's own word, else its operation id. */
  readonly action: string
  readonly actor: Actor
  readonly path: string
  /** Parameters of the path, decoded. */
  readonly parameters: Readonly<Record<string, string>>
  /** The declared fields, of a function that is run too, without those that are marked `secret`. Empty when refused. */
  readonly input: Readonly<Record<string, unknown>>
  readonly status: number
  /** Of a refusal, for example `PLAN_STALE`. */
  readonly code: string | null
  readonly detail: string | null
  /** Where the answer points, for example `/api/runs/7`. */
  readonly location: string | null
  readonly requestId: string
}

export interface RequestSummary {
  readonly method: string
  /** The path as declared (`/api/datasets/:id`), null when nothing matched: fit for a metric label. */
  readonly route: string | null
  readonly path: string
  readonly status: number
  readonly durationMs: number
  readonly requestId: string
  readonly actor: Actor | null
  readonly peer: Peer
  readonly request: Request
}

/** What all handlers of one runtime share. */
export interface Site {
  readonly tree: Tree
  readonly services: object
  readonly around: Around
  readonly assets: Assets
  readonly document: DocumentOptions
  /** Aborted when the process stops: new requests get 503, streams end. */
  readonly stopping: AbortSignal
}

/** What the steps above leave for each other with one request. */
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
