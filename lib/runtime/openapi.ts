import { type CreateDocumentOptions, createDocument, type oas31, type ZodOpenApiPathsObject } from 'zod-openapi'
import { operation, operationIdOf } from './openapi-operation.ts'
import { PROBLEM_SCHEMA } from './openapi-problem.ts'
import { openApiPath } from './route-path.ts'
import type { LoadedRoute } from './tree.ts'

export interface OpenApiInfo {
  readonly title: string
  readonly version: string
  readonly description?: string
  /** Merged into `components.securitySchemes`; each is offered for every operation that is not public. */
  readonly securitySchemes?: Readonly<Record<string, oas31.SecuritySchemeObject>>
}

/** An OpenAPI 3.1 document, as JSON. */
export type OpenApiDocument = Record<string, unknown>

/**
 * OpenAPI 3.1 from the definitions that also check the requests, so the document cannot fall behind.
 * @throws Error when two operations have the same id, or a schema has no JSON form
 */
export function openApiDocument(all: readonly LoadedRoute[], info: OpenApiInfo): OpenApiDocument {
  const paths: ZodOpenApiPathsObject = {}
  for (const route of operationsOf(all).values()) {
    const path = openApiPath(route.path)
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) }
  }
  const { securitySchemes, ...about } = info
  const document = createDocument(
    {
      openapi: '3.1.0',
      info: about,
      ...(securitySchemes ? { security: Object.keys(securitySchemes).map((name) => ({ [name]: [] })) } : {}),
      paths,
      components: { schemas: { Problem: PROBLEM_SCHEMA }, ...(securitySchemes ? { securitySchemes } : {}) },
    },
    { override: adjust, outputIdSuffix: OUTPUT },
  )
  for (const path of Object.values(document.paths ?? {})) {
    for (const each of Object.values(path) as oas31.OperationObject[]) {
      each.parameters = (each.parameters as oas31.ParameterObject[]).map(straightened)
    }
  }
  return withOutputNames(document)
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
 * `.int()` prints the bounds of a double, which no client wants to read. Big integers and dates travel as text. An
 * output may grow fields one day, so it does not say that it has no others.
 */
const adjust: CreateDocumentOptions['override'] = ({ zodSchema, jsonSchema: json, io }) => {
  if (io === 'output' && json.additionalProperties === false) delete json.additionalProperties
  if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum
  if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum
  const { type } = zodSchema._zod.def
  if (type === 'bigint') {
    delete json.format
    Object.assign(json, { type: 'string', pattern: '^-?[0-9]+$' })
  }
  if (type === 'date') Object.assign(json, { type: 'string', format: 'date-time' })
}

/** A parameter says what it is once, beside its schema, and always whether it must be given. */
function straightened({ name, in: place, required, schema }: oas31.ParameterObject): oas31.ParameterObject {
  const { description, ...rest } = schema as oas31.SchemaObject
  return {
    name,
    in: place,
    required: place === 'path' || required === true,
    ...(description ? { description } : {}),
    schema: rest,
  }
}

const REF = '#/components/schemas/'
/** What the library adds to the name of an output; no schema of ours can end so. */
const OUTPUT = '~output'

/**
 * A schema with an id that is used both ways has two names where the two differ: a field with a default is always there
 * in an output and may be left out of an input. The library keeps the plain name for the input. Here the output has it
 * and the input is `…Input`: the names of what clients read must not change because a request begins to take the same.
 */
function withOutputNames(document: ReturnType<typeof createDocument>): OpenApiDocument {
  const schemas = Object.entries(document.components?.schemas ?? {})
  const outputs = schemas.map(([name]) => name).filter((name) => name.endsWith(OUTPUT))
  const names = new Map(
    outputs.flatMap((name) => {
      const plain = name.slice(0, -OUTPUT.length)
      return [[name, plain] as const, [plain, `${plain}Input`] as const]
    }),
  )
  if (names.size === 0) return { ...document }
  const renamed = schemas.map(([name, schema]) => [names.get(name) ?? name, schema])
  const text = JSON.stringify({
    ...document,
    components: { ...document.components, schemas: Object.fromEntries(renamed) },
  })
  return JSON.parse(text, (key, value) => {
    if (key !== '$ref' || typeof value !== 'string') return value
    const name = value.slice(REF.length)
    return REF + (names.get(name) ?? name)
  })
}
