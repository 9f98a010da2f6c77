import type { z } from 'zod'
import { accessOf } from './actor.ts'
import type { ComponentSet, JsonObject } from './openapi-components.ts'
import { PROBLEM_TYPE } from './problem.ts'
import type { LoadedRoute } from './tree.ts'

const PARAMETER = /:([A-Za-z0-9]+)/g

function parameterNames(path: string): readonly string[] {
  return [...path.matchAll(PARAMETER)].map((match) => match[1] ?? '')
}

/** Given, or made from method and path: `GET /api/runs/:id` → `getRunsById`. */
export function operationIdOf({ definition, method, path }: LoadedRoute): string {
  if (definition.operationId) return definition.operationId
  const words = path
    .replace(/^\/api(?=\/)/, '')
    .replaceAll('{.+}', '')
    .split(/[/.-]/)
    .filter((word) => word !== '')
    .map((word) => (word.startsWith(':') ? `By${capital(word.slice(1))}` : capital(word)))
  return method.toLowerCase() + words.join('')
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

/** The JSON body of a route: its input without what stands in the path. */
export function bodySchema({ definition, method, path }: LoadedRoute): z.ZodType | null {
  if (method === 'GET' || method === 'DELETE' || !definition.input) return null
  const inPath = parameterNames(path)
  const fields = Object.keys(definition.input.shape).filter((field) => !inPath.includes(field))
  if (fields.length === 0) return null
  if (inPath.length === 0) return definition.input
  // Built from the shape, because `.omit` refuses an object that has refinements.
  return new (definition.input.constructor as new (def: unknown) => z.ZodObject)({
    ...definition.input._zod.def,
    checks: [],
    shape: Object.fromEntries(fields.map((field) => [field, definition.input?.shape[field]])),
  })
}

export function operation(route: LoadedRoute, input: ComponentSet, output: ComponentSet, body: z.ZodType | null) {
  const { definition, method } = route
  const status = String(definition.status ?? 200)
  const access = accessOf(definition, method)
  const media = definition.produces ?? 'application/json'
  const content = definition.output
    ? { [media]: { schema: output.json(definition.output) } }
    : definition.produces
      ? { [media]: { schema: { type: 'string' } } }
      : undefined
  return {
    operationId: operationIdOf(route),
    summary: definition.summary,
    ...(definition.description ? { description: definition.description } : {}),
    ...(definition.tags ? { tags: definition.tags } : {}),
    'x-access': access,
    ...(access === 'public' ? { security: [] } : {}),
    parameters: parameters(route, input),
    ...(body
      ? { requestBody: { required: needsBody(body), content: { 'application/json': { schema: input.json(body) } } } }
      : {}),
    responses: {
      [status]: { description: 'Success', ...(content ? { content } : {}) },
      ...(definition.etag ? { 304: { description: 'Not modified' } } : {}),
      ...problems(route, access, body !== null),
    },
  }
}

function needsBody(body: z.ZodType): boolean {
  return !body.safeParse({}).success
}

function parameters(route: LoadedRoute, input: ComponentSet): JsonObject[] {
  const { definition, method, path } = route
  const shape = definition.input?.shape ?? {}
  const inPath = parameterNames(path)
  const inQuery = method === 'GET' || method === 'DELETE' ? Object.keys(shape) : []
  return [...inPath, ...inQuery.filter((name) => !inPath.includes(name))].map((name) => {
    const field = shape[name] as z.ZodType
    const { description, ...schema } = input.json(field)
    const place = inPath.includes(name) ? 'path' : 'query'
    return {
      name,
      in: place,
      required: place === 'path' || !field.safeParse(undefined).success,
      ...(description ? { description } : {}),
      schema,
    }
  })
}

/** What every route of its kind can answer, and what the definition adds. */
function problems({ definition, method, path }: LoadedRoute, access: string, hasBody: boolean): JsonObject {
  const codes = new Map<number, Set<string>>()
  const add = (status: number, ...names: readonly string[]): void => {
    codes.set(status, new Set([...(codes.get(status) ?? []), ...names]))
  }
  const inAddress = method === 'GET' || method === 'DELETE'
  if (definition.input && inAddress) add(400, 'BAD_PARAMETER')
  if (!inAddress) {
    add(400, 'BAD_JSON')
    add(403, 'CSRF')
    add(413, 'BODY_TOO_LARGE')
    add(415, 'UNSUPPORTED_MEDIA_TYPE')
  }
  if (hasBody || (!inAddress && path.includes(':'))) add(422, 'VALIDATION')
  if (access !== 'public') {
    add(401, 'NOT_AUTHENTICATED')
    add(403, 'FORBIDDEN_ROLE')
  }
  for (const [status, names] of Object.entries(definition.errors ?? {})) add(Number(status), ...names)
  const sorted = [...codes].sort(([a], [b]) => a - b)
  return Object.fromEntries(
    sorted.map(([status, names]) => [
      String(status),
      {
        description: [...names].join(', '),
        content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  )
}
