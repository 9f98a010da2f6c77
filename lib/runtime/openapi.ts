import type { z } from 'zod'
import { componentsOf, type JsonObject } from './openapi-components.ts'
import { bodySchema, operation, operationIdOf } from './openapi-operation.ts'
import { PROBLEM_SCHEMA } from './openapi-problem.ts'
import { openApiPath } from './route-path.ts'
import type { LoadedRoute } from './tree.ts'

export interface OpenApiInfo {
  readonly title: string
  readonly version: string
  readonly description?: string
  /** Merged into `components.securitySchemes`; each is offered for every operation that is not public. */
  readonly securitySchemes?: Readonly<Record<string, JsonObject>>
}

/**
 * OpenAPI 3.1 from the definitions that also check the requests, so the document cannot fall behind.
 * @throws Error when two operations have the same id
 */
export function openApiDocument(all: readonly LoadedRoute[], info: OpenApiInfo): JsonObject {
  const operations = operationsOf(all)
  const routes = [...operations.values()]
  const bodies = new Map(routes.map((route) => [route, bodySchema(route)]))
  const inputs = routes.flatMap((route) => [
    ...Object.values(route.definition.input?.shape ?? {}),
    ...[bodies.get(route)].filter((body) => body != null),
  ]) as z.ZodType[]
  const outputs = routes.flatMap(({ definition }) => (definition.output ? [definition.output] : []))
  const { input, output } = bothWays(inputs, outputs)

  const paths: Record<string, JsonObject> = {}
  for (const route of routes) {
    const path = openApiPath(route.path)
    const body = bodies.get(route) ?? null
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, input, output, body) }
  }
  const { securitySchemes, ...about } = info
  return {
    openapi: '3.1.0',
    info: about,
    ...(securitySchemes ? { security: Object.keys(securitySchemes).map((name) => ({ [name]: [] })) } : {}),
    paths,
    components: {
      schemas: { Problem: PROBLEM_SCHEMA, ...input.schemas, ...output.schemas },
      ...(securitySchemes ? { securitySchemes } : {}),
    },
  }
}

/**
 * The routes that the document describes, by operation id.
 * @throws Error when two operations have the same id
 */
export function operationsOf(all: readonly LoadedRoute[]): ReadonlyMap<string, LoadedRoute> {
  const operations = new Map<string, LoadedRoute>()
  for (const route of all) {
    // Forms belong to their pages.
    if (route.definition.form === true) continue
    const id = operationIdOf(route)
    const other = operations.get(id)
    if (other) throw new Error(`${route.file} and ${other.file} have the same operationId "${id}"; give one its own`)
    operations.set(id, route)
  }
  return operations
}

/**
 * A schema with an id that is used both ways gets a second name, `…Input`, where the two differ: a field with a default
 * is always there in an output and may be left out of an input. What refers to such a one differs as well, hence the loop.
 */
function bothWays(inputs: readonly z.ZodType[], outputs: readonly z.ZodType[]) {
  const output = componentsOf(outputs, 'output')
  const renamed = new Map<string, string>()
  for (;;) {
    const input = componentsOf(inputs, 'input', renamed)
    const different = Object.entries(input.schemas).filter(
      ([id, schema]) => id in output.schemas && !Bun.deepEquals(schema, output.schemas[id]),
    )
    if (different.length === 0) return { input, output }
    for (const [id] of different) renamed.set(id, `${id}Input`)
  }
}
