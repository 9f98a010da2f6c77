import type { ComponentType } from 'preact'
import type { z } from 'zod'
import type { FunctionDefinition, PageDefinition, RouteDefinition } from './define.ts'

// What was found in the handler folders. From here on a handler's own types are checked by zod, not by TypeScript.

export type AnyFunction = FunctionDefinition<object, z.ZodObject, z.ZodType>
export type AnyRoute = RouteDefinition<object, z.ZodObject, z.ZodType>
export type AnyPage = PageDefinition<object, z.ZodObject>

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
export type Method = (typeof METHODS)[number]

export interface LoadedFunction {
  readonly name: string
  readonly file: string
  readonly definition: AnyFunction
}

export interface LoadedRoute {
  readonly method: Method
  /** As Hono matches it: `/api/datasets/:id`, `/files/:path{.+}`. */
  readonly path: string
  readonly file: string
  readonly definition: AnyRoute
}

export interface LoadedPage {
  readonly path: string
  readonly file: string
  readonly definition: AnyPage
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

export interface Fault {
  /** Relative, for example `functions/scan.ts`. */
  readonly file: string
  readonly message: string
}

/** Everything that is wrong in the handler folders, at once. */
export class LoadError extends Error {
  override readonly name = 'LoadError'
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    const lines = faults.map((fault) => `  - ${fault.file}: ${fault.message}`)
    super(`The handler folders have ${faults.length} problem(s):\n${lines.join('\n')}`)
    this.faults = faults
  }
}
