import type { Actor } from './actor.ts'
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
}

/** Everything the framework asks or tells its product. */
export interface RuntimeHooks extends GuardHooks {
  /** An error nobody handled: the client saw only its request id. */
  readonly onError?: (error: unknown, where: Fields) => void
  readonly onLog?: (level: LogLevel, message: string, fields: Fields) => void
  readonly onRequest?: (summary: RequestSummary) => void
  /** A tick found the function still running and was left out. */
  readonly onSkip?: (functionName: string) => void
  /** A last word before access is decided, e.g. a rate limit; throws or returns a Problem to refuse. */
  readonly beforeHandler?: (request: Request, actor: Actor) => Problem | null | Promise<Problem | null>
}

/** Who is it? A Problem refuses the request, except on public paths, where it counts as anonymous. */
export type Identify = (request: Request, peer: Peer) => Actor | Problem | Promise<Actor | Problem>
