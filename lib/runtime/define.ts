import type { VNode } from 'preact'
import type { z } from 'zod'
import type { Access, Actor } from './actor.ts'
import type { Problem } from './problem.ts'
import type { Reply } from './reply.ts'

// The shape of a handler: what a file in functions/ or routes/ exports, and what its `run` is given.

type NoInput = z.ZodObject<Record<never, never>>

/** A cron pattern, or an even distance that no pattern can express (every 45 minutes). */
export type Schedule = string | { readonly everySeconds: number }

/** A job: run by the scheduler, over HTTP or from a shell. The file's name is its name. */
export interface FunctionDefinition<Services, Input extends z.ZodObject, Output extends z.ZodType> {
  readonly summary: string
  readonly description?: string
  /** Cron pattern, or `{ everySeconds }`, or how to find it in the services; null means: not scheduled. */
  readonly schedule?: Schedule | ((services: Services) => Schedule | null)
  /** IANA name, for example `Europe/Vienna`. Default: the process's own. */
  readonly timezone?: string | ((services: Services) => string | undefined)
  /** Milliseconds, default 60,000. */
  readonly timeout?: number
  readonly input?: Input
  readonly output?: Output
  /** Default `operator`. */
  readonly access?: Access
  /** True lets it run beside itself. Default false. */
  readonly overlap?: boolean
  readonly tags?: readonly string[]
  run(input: z.output<Input>, context: Context<Services>): z.input<Output> | Promise<z.input<Output>>
}

type RouteResult<Output extends z.ZodType> = z.input<Output> | Reply<z.input<Output>> | Response

/** One method of one path. */
export interface RouteDefinition<Services, Input extends z.ZodObject, Output extends z.ZodType> {
  readonly summary: string
  readonly description?: string
  /** Default `viewer` for GET, `operator` for everything else. */
  readonly access?: Access
  /** Open to everyone while this says so, whatever `access` asks for. */
  readonly publicWhile?: (services: Services) => boolean
  /** Path and query (GET, DELETE), or path and JSON body. */
  readonly input?: Input
  readonly output?: Output
  /** Of a plain result, default 200. */
  readonly status?: number
  /** Problem codes for the API document, by status: `{ 409: ['ALREADY_RUNNING'] }`. */
  readonly errors?: Readonly<Record<number, readonly string[]>>
  readonly operationId?: string
  readonly tags?: readonly string[]
  /** Bytes of the body, default 65,536. */
  readonly bodyLimit?: number
  /** Milliseconds until `run` must have answered, default 60,000. A stream that called `keepOpen` has no limit. */
  readonly timeout?: number
  /** Answer with an ETag, and 304 when the client has it. GET only. */
  readonly etag?: boolean
  /** For an answer that is not JSON, its media type, for the API document. */
  readonly produces?: string
  /**
   * Takes an HTML form instead of JSON, with the token of `formToken()` in its field `csrf`; not in the API document.
   * Where the form was wrong, `page()` shows it again; where it was right, `redirect()` leads on.
   */
  readonly form?: boolean
  /** How the audit calls it; default its operation id. False: it writes nothing, or records it itself. */
  readonly audit?: false | string | ((input: z.output<Input>) => string)
  /** The function that this route runs: what that declares as its input is in the audit, too. */
  readonly runs?: (input: z.output<Input>) => string
  run(input: z.output<Input>, context: Context<Services>): RouteResult<Output> | Promise<RouteResult<Output>>
}

/** The default export of a file in routes/ that is shown to people. */
export interface PageDefinition<Services, Input extends z.ZodObject> {
  readonly title: string | ((input: z.output<Input>, context: Context<Services>) => string | Promise<string>)
  readonly access?: Access
  readonly input?: Input
  /** A Response instead of a node is for redirects. */
  render(input: z.output<Input>, context: Context<Services>): VNode | Response | Promise<VNode | Response>
}

export type Trigger = 'schedule' | 'http' | 'cli' | 'internal'
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type Fields = Readonly<Record<string, unknown>>

interface PageAnswer {
  readonly title: string
  readonly body: VNode
  /** Default 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** What the page says was refused; its status and headers are the defaults, and the audit has it. */
  readonly problem?: Problem
}

/** What the runtime adds to the services that every handler receives. */
export interface InvocationContext {
  /**
   * Aborts on time-out, when the client of a route goes away, and when the process stops: functions and streams at
   * once, an ordinary request is left to finish.
   */
  readonly signal: AbortSignal
  readonly actor: Actor
  readonly requestId: string
  /** Id from the invocation store; for routes the same as `requestId`. */
  readonly invocationId: string
  readonly trigger: Trigger
  /** Only for routes and pages. */
  readonly request?: Request
  log(level: LogLevel, message: string, fields?: Fields): void
  /** Call it before returning a stream: takes away the connection's idle limit and the handler's time-out. */
  keepOpen(): void
  /** Only for routes and pages: what a form of this answer must send back in its field `csrf`. */
  formToken(): string
  /** Only for routes and pages: a whole HTML document, e.g. the page of a form again, with what was wrong with it. */
  page(answer: PageAnswer): Response
}

export type Context<Services> = Services & InvocationContext

interface Define<Services> {
  defineFunction<Input extends z.ZodObject = NoInput, Output extends z.ZodType = z.ZodUnknown>(
    definition: FunctionDefinition<Services, Input, Output>,
  ): FunctionDefinition<Services, Input, Output>
  defineRoute<Input extends z.ZodObject = NoInput, Output extends z.ZodType = z.ZodUnknown>(
    definition: RouteDefinition<Services, Input, Output>,
  ): RouteDefinition<Services, Input, Output>
  definePage<Input extends z.ZodObject = NoInput>(
    definition: PageDefinition<Services, Input>,
  ): PageDefinition<Services, Input>
}

/** The three helpers, typed for one product's services. Each returns its argument: importing a handler starts nothing. */
export function createDefine<Services>(): Define<Services> {
  return {
    defineFunction: (definition) => definition,
    defineRoute: (definition) => definition,
    definePage: (definition) => definition,
  }
}
