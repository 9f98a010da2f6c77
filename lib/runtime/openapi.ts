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
 * @throws Error when two operations have the same id, or a schema means one thing as input and another as output.
 */
export function openApiDocument(routes: readonly LoadedRoute[], info: OpenApiInfo): JsonObject {
  const bodies = new Map(routes.map((route) => [route, bodySchema(route)]))
  const inputs = routes.flatMap((route) => [
    ...Object.values(route.definition.input?.shape ?? {}),
    ...[bodies.get(route)].filter((body) => body != null),
  ]) as z.ZodType[]
  const input = componentsOf(inputs, 'input')
  const outputs = routes.flatMap(({ definition }) => (definition.output ? [definition.output] : []))
  const output = componentsOf(outputs, 'output')

  const paths: Record<string, JsonObject> = {}
  const ids = new Map<string, LoadedRoute>()
  for (const route of routes) {
    const id = operationIdOf(route)
    const other = ids.get(id)
    if (other) throw new Error(`${route.file} and ${other.file} have the same operationId "${id}"; give one its own`)
    ids.set(id, route)
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
      schemas: { Problem: PROBLEM_SCHEMA, ...merge(input.schemas, output.schemas) },
      ...(securitySchemes ? { securitySchemes } : {}),
    },
  }
}

/**
 * A schema used both ways has one name. An output says which fields are always there and an input what may be left
 * out, so where they differ (defaults) the output's form is the one to publish only if the input refuses nothing of it.
 */
function merge(input: ComponentSchemas, output: ComponentSchemas): JsonObject {
  for (const [id, schema] of Object.entries(input)) {
    const other = output[id]
    if (other === undefined || JSON.stringify(loose(schema)) === JSON.stringify(loose(other))) continue
    throw new Error(`The schema "${id}" differs as input and as output; give the input a schema with an id of its own`)
  }
  return { ...input, ...output }
}

type ComponentSchemas = Readonly<Record<string, unknown>>

/** Without the two words in which the directions differ harmlessly. */
function loose(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema
  const { required: _required, additionalProperties: _additional, ...rest } = schema as JsonObject
  return rest
}
