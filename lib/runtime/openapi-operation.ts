import { z } from 'zod'
import type { ZodOpenApiOperationObject, ZodOpenApiParameters, ZodOpenApiResponsesObject } from 'zod-openapi'
import { accessOf } from './actor.ts'
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

/** One operation of the document; its schemas are still zod's. */
export function operation(route: LoadedRoute): ZodOpenApiOperationObject {
  const { definition, method } = route
  const status = String(definition.status ?? 200) as '200'
  const access = accessOf(definition, method)
  const media = definition.produces ?? 'application/json'
  const content = definition.output
    ? { [media]: { schema: definition.output } }
    : definition.produces
      ? { [media]: { schema: { type: 'string' } as const } }
      : undefined
  const body = bodySchema(route)
  return {
    operationId: operationIdOf(route),
    summary: definition.summary,
    ...(definition.description ? { description: definition.description } : {}),
    ...(definition.tags ? { tags: [...definition.tags] } : {}),
    'x-access': access,
    ...(access === 'public' ? { security: [] } : {}),
    requestParams: parameters(route),
    ...(body ? { requestBody: { required: needsBody(body), content: { 'application/json': { schema: body } } } } : {}),
    responses: {
      [status]: { description: 'Success', ...(content ? { content } : {}) },
      ...(definition.etag ? { '304': { description: 'Not modified' } } : {}),
      ...problems(route, access, body !== null),
    },
  }
}

function parameters({ definition, method, path }: LoadedRoute): ZodOpenApiParameters {
  const shape: Readonly<Record<string, z.ZodType>> = definition.input?.shape ?? {}
  const inPath = parameterNames(path)
  const inQuery = method === 'GET' || method === 'DELETE' ? Object.keys(shape) : []
  const pick = (names: readonly string[]) =>
    z.object(Object.fromEntries(names.map((name) => [name, shape[name] as z.ZodType])))
  return { path: pick(inPath), query: pick(inQuery.filter((name) => !inPath.includes(name))) }
}

/** The JSON body of a route: its input without what stands in the path. */
function bodySchema({ definition, method, path }: LoadedRoute): z.ZodType | null {
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

function needsBody(body: z.ZodType): boolean {
  return !body.safeParse({}).success
}

/** What every route of its kind can answer, and what the definition adds. */
function problems(
  { definition, method, path }: LoadedRoute,
  access: string,
  hasBody: boolean,
): ZodOpenApiResponsesObject {
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
