import { accessFault, isRunnable } from './check-function.ts'
import type { RoutePath } from './route-path.ts'
import { type LoadedPageDefinition, type LoadedRouteDefinition, METHODS, type Method } from './tree.ts'

export interface RouteModule {
  readonly routes: readonly { readonly method: Method; readonly definition: LoadedRouteDefinition }[]
  readonly page: LoadedPageDefinition | null
  readonly faults: readonly string[]
}

/** Sorts the exports of one file in routes/ into methods and page, and says what is wrong with them. */
export function checkRouteModule(module: Readonly<Record<string, unknown>>, path: RoutePath): RouteModule {
  const routes: { method: Method; definition: LoadedRouteDefinition }[] = []
  const faults: string[] = []
  let page: LoadedPageDefinition | null = null
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

function isRouteDefinition(value: unknown): value is LoadedRouteDefinition {
  return isRunnable(value)
}

function isPageDefinition(value: unknown): value is LoadedPageDefinition {
  return typeof value === 'object' && value !== null && 'render' in value && typeof value.render === 'function'
}

function definitionFaults(
  subject: string,
  definition: LoadedRouteDefinition | LoadedPageDefinition,
  path: RoutePath,
): string[] {
  const fields = Object.keys(definition.input?.shape ?? {})
  const faults = path.parameters
    .filter((parameter) => !fields.includes(parameter))
    .map((parameter) => `${subject} has no input field for [${parameter}]`)
  const access = accessFault(definition.access)
  return access ? [...faults, `${subject}: ${access}`] : faults
}
