import type { VNode } from 'preact'
import type { z } from 'zod'
import type { Access } from './actor.ts'
import type { Schedule } from './check-schedule.ts'
import type { Context } from './context.ts'
import type { Reply } from './reply.ts'

export type NoInput = z.ZodObject<Record<never, never>>

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

export type RouteResult<Output extends z.ZodType> = z.input<Output> | Reply<z.input<Output>> | Response

/** One method of one path. */
export interface RouteDefinition<Services, Input extends z.ZodObject, Output extends z.ZodType> {
  readonly summary: string
  readonly description?: string
  /** Default `viewer` for GET, `operator` for everything else. */
  readonly access?: Access
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
  /** How `onWrite` calls it; default its operation id. False: it writes nothing, or tells it itself. */
  readonly audit?: false | string | ((input: z.output<Input>) => string)
  /** The function that this route runs: `onWrite` is told what that declares as its input, too. */
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

export interface Define<Services> {
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
