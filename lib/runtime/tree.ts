import type { ComponentType, VNode } from 'preact'
import type { z } from 'zod'
import type { Access } from './actor.ts'
import type { Schedule } from './check-schedule.ts'

// Definitions as the framework sees them after loading: their own input types are checked by zod, not by TypeScript.

export interface LoadedFunctionDefinition {
  readonly summary: string
  readonly description?: string
  readonly schedule?: Schedule | ((services: object) => Schedule | null)
  readonly timezone?: string | ((services: object) => string | undefined)
  readonly timeout?: number
  readonly input?: z.ZodObject
  readonly output?: z.ZodType
  readonly access?: Access
  readonly overlap?: boolean
  readonly tags?: readonly string[]
  run(input: unknown, context: object): unknown
}

export interface LoadedRouteDefinition {
  readonly summary: string
  readonly description?: string
  readonly access?: Access
  readonly input?: z.ZodObject
  readonly output?: z.ZodType
  readonly status?: number
  readonly errors?: Readonly<Record<number, readonly string[]>>
  readonly operationId?: string
  readonly tags?: readonly string[]
  readonly bodyLimit?: number
  readonly timeout?: number
  readonly etag?: boolean
  readonly produces?: string
  readonly form?: boolean
  readonly audit?: false | string | ((input: unknown) => string)
  readonly runs?: (input: unknown) => string
  run(input: unknown, context: object): unknown
}

export interface LoadedPageDefinition {
  readonly title: string | ((input: unknown, context: object) => string | Promise<string>)
  readonly access?: Access
  readonly input?: z.ZodObject
  render(input: unknown, context: object): VNode | Response | Promise<VNode | Response>
}

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
export type Method = (typeof METHODS)[number]

export interface LoadedFunction {
  readonly name: string
  readonly file: string
  readonly definition: LoadedFunctionDefinition
}

export interface LoadedRoute {
  readonly method: Method
  /** As Hono matches it: `/api/datasets/:id`, `/files/:path{.+}`. */
  readonly path: string
  readonly file: string
  readonly definition: LoadedRouteDefinition
}

export interface LoadedPage {
  readonly path: string
  readonly file: string
  readonly definition: LoadedPageDefinition
}

export interface LoadedIsland {
  readonly name: string
  readonly file: string
  /** Absolute, the bundler's entry point. */
  readonly source: string
  readonly component: ComponentType<never>
}

/** Everything found in the handler folders; routes and pages stand in the order in which they must be matched. */
export interface Tree {
  readonly functions: readonly LoadedFunction[]
  readonly routes: readonly LoadedRoute[]
  readonly pages: readonly LoadedPage[]
  readonly islands: readonly LoadedIsland[]
}
