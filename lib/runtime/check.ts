import type { z } from 'zod'
import { ACCESS_LEVELS } from './actor.ts'
import type { RoutePath } from './route-path.ts'
import { scheduleFault, scheduleOf } from './schedule.ts'
import { type AnyFunction, type AnyPage, type AnyRoute, type Fault, METHODS, type Method, type Tree } from './tree.ts'
import { schemaId, walkSchema } from './walk-schema.ts'

const NAME = /^[a-z0-9]+(-[a-z0-9]+)*\.ts$/

/** `check-lag.ts` directly in functions/. */
export function functionNameFault(file: string): string | null {
  return NAME.test(file) ? null : "a function's file name must be kebab-case, directly in functions/"
}

export function isFunctionDefinition(value: unknown): value is AnyFunction {
  return isRunnable(value)
}

/** Functions and routes have these two in common; the rest is optional. */
function isRunnable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return 'run' in value && typeof value.run === 'function' && 'summary' in value && typeof value.summary === 'string'
}

/**
 * `services` are needed for a schedule that stands in the configuration; without them only fixed ones are checked.
 */
export async function functionFaults(definition: AnyFunction, services?: object): Promise<string[]> {
  const faults: string[] = []
  if (definition.timeout !== undefined && !(definition.timeout > 0)) {
    faults.push('`timeout` must be a positive number of milliseconds')
  }
  const access = accessFault(definition.access)
  if (access) faults.push(access)
  faults.push(...scheduleFaults(definition, services))
  if (definition.schedule !== undefined && definition.input) {
    const empty = await definition.input.safeParseAsync({})
    if (!empty.success) faults.push('a scheduled function must accept an empty input; give every field a default')
  }
  return faults
}

function scheduleFaults(definition: AnyFunction, services: object | undefined): string[] {
  const asks = [definition.schedule, definition.timezone].some((part) => typeof part === 'function')
  if (asks && !services) return []
  try {
    const spec = scheduleOf(definition, services ?? {})
    const fault = spec && scheduleFault(spec)
    return fault ? [fault] : []
  } catch (error) {
    return [`its schedule cannot be read: ${error instanceof Error ? error.message : String(error)}`]
  }
}

function accessFault(access: unknown): string | null {
  if (access === undefined || ACCESS_LEVELS.some((level) => level === access)) return null
  return `access "${String(access)}" is not one of ${ACCESS_LEVELS.join(', ')}`
}

interface RouteModule {
  readonly routes: readonly { readonly method: Method; readonly definition: AnyRoute }[]
  readonly page: AnyPage | null
  readonly faults: readonly string[]
}

/** Sorts the exports of one file in routes/ into methods and page, and says what is wrong with them. */
export function checkRouteModule(module: Readonly<Record<string, unknown>>, path: RoutePath): RouteModule {
  const routes: { method: Method; definition: AnyRoute }[] = []
  const faults: string[] = []
  let page: AnyPage | null = null
  for (const [name, value] of Object.entries(module)) {
    const method = METHODS.find((known) => known === name)
    if (name === 'default') {
      if (isPageDefinition(value)) page = value
      else faults.push('must `export default definePage({ title, render })`, or export GET/POST/PUT/PATCH/DELETE only')
      faults.push(...(isPageDefinition(value) ? definitionFaults('the page', value, path) : []))
    } else if (!method) {
      faults.push(`export \`${name}\` is neither a page (default) nor a GET/POST/PUT/PATCH/DELETE route`)
    } else if (isRouteDefinition(value)) {
      routes.push({ method, definition: value })
      faults.push(...definitionFaults(`\`${method}\``, value, path))
      if (value.etag && method !== 'GET') faults.push(`\`${method}\` cannot have an etag, only GET can`)
    } else {
      faults.push(`\`${method}\` must be \`defineRoute({ summary, run })\``)
    }
  }
  if (page && routes.some((route) => route.method === 'GET')) {
    faults.push('has both a page (default) and `GET`; a path answers GET with one of them')
  }
  if (Object.keys(module).length === 0) {
    faults.push(
      'exports nothing; a page is `export default definePage(…)`, a route `export const GET = defineRoute(…)`',
    )
  }
  return { routes, page, faults }
}

function isRouteDefinition(value: unknown): value is AnyRoute {
  return isRunnable(value)
}

function isPageDefinition(value: unknown): value is AnyPage {
  return typeof value === 'object' && value !== null && 'render' in value && typeof value.render === 'function'
}

function definitionFaults(subject: string, definition: AnyRoute | AnyPage, path: RoutePath): string[] {
  const fields = Object.keys(definition.input?.shape ?? {})
  const faults = path.parameters
    .filter((parameter) => !fields.includes(parameter))
    .map((parameter) => `${subject} has no input field for [${parameter}]`)
  const access = accessFault(definition.access)
  return access ? [...faults, `${subject}: ${access}`] : faults
}

/** Zod takes two schemas with one id without a word and the last one wins, so the API document would lie about one. */
export function schemaFaults(tree: Tree): Fault[] {
  const owners = new Map<string, { schema: z.ZodType; file: string }>()
  const faults: Fault[] = []
  for (const { file, definition } of [...tree.functions, ...tree.routes, ...tree.pages]) {
    const { input, output } = { output: undefined, ...definition }
    for (const schema of [input, output]) {
      if (!schema) continue
      walkSchema(schema, (part) => {
        const id = schemaId(part)
        if (id === undefined) return
        const owner = owners.get(id)
        if (!owner) owners.set(id, { schema: part, file })
        else if (owner.schema !== part) {
          faults.push({ file, message: `schema id "${id}" is already another schema's in ${owner.file}` })
        }
      })
    }
  }
  return faults.filter(
    (fault, at) => faults.findIndex((other) => other.file === fault.file && other.message === fault.message) === at,
  )
}
