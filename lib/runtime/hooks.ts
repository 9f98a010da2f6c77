import type { Access, Actor } from './actor.ts'
import type { Fields, LogLevel } from './context.ts'
import type { GuardHooks } from './guard.ts'
import type { Peer } from './peer.ts'
import type { Problem } from './problem.ts'

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

/** A request that was let in, before its handler. */
export interface Admission {
  readonly request: Request
  readonly actor: Actor
  readonly access: Access
  /** Of a form: the field `csrf`. Null where the route takes JSON. */
  readonly formToken: string | null
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

/** Everything the framework asks or tells its product. */
export interface RuntimeHooks extends GuardHooks {
  /** An error nobody handled: the client saw only its request id. */
  readonly onError?: (error: unknown, where: Fields) => void
  readonly onLog?: (level: LogLevel, message: string, fields: Fields) => void
  readonly onRequest?: (summary: RequestSummary) => void
  /** A tick found the function still running and was left out. */
  readonly onSkip?: (functionName: string) => void
  /** A last word after access was decided, e.g. a rate limit; throws or returns a Problem to refuse. */
  readonly beforeHandler?: (admission: Admission) => Problem | null | Promise<Problem | null>
  /**
   * What a form of this request's page must send back as `csrf`, and a cookie to set with the page where the browser has
   * none that the token could belong to.
   */
  readonly formToken?: (request: Request) => { readonly token: string; readonly cookie: string | null }
  /** After every method but GET, whatever came of it; not for routes with `audit: false`, nor for strangers. */
  readonly onWrite?: (summary: WriteSummary) => void | Promise<void>
  /** Where a browser goes that this problem keeps out (a login page), or null: it sees the problem. */
  readonly signIn?: (problem: Problem) => string | null
}

/** Who is it? A Problem refuses the request, except on public paths, where it counts as anonymous. */
export type Identify = (request: Request, peer: Peer) => Actor | Problem | Promise<Actor | Problem>
