import type { Context } from 'hono'
import { z } from 'zod'
import { answeredProblem } from './answered-problem.ts'
import type { AppEnv } from './exchange.ts'
import type { AppOptions } from './http.ts'
import { operationIdOf } from './openapi-operation.ts'
import { Problem } from './problem.ts'
import type { LoadedFunction, LoadedRoute } from './tree.ts'
import { validate } from './validate.ts'

/** Tells `onWrite` of a request that may have written something, and reports when it cannot be told. */
export async function tellWrite(
  c: Context<AppEnv>,
  route: LoadedRoute,
  input: unknown,
  end: { readonly response: Response } | { readonly error: unknown },
  { hooks, tree }: Pick<AppOptions, 'hooks' | 'tree'>,
): Promise<void> {
  const { definition, method } = route
  const actor = c.get('actor')
  if (!hooks.onWrite || method === 'GET' || definition.audit === false || actor === null || actor.role === 'none')
    return
  const problem = 'response' in end ? answeredProblem(end.response) : end.error instanceof Problem ? end.error : null
  const requestId = c.get('requestId')
  try {
    await hooks.onWrite({
      action: actionOf(route, input),
      actor,
      path: c.req.path,
      parameters: c.req.param() as Record<string, string>,
      input: { ...tellable(definition.input, input), ...(await tellableOfFunction(route, input, tree.functions)) },
      status: 'response' in end ? end.response.status : (problem?.status ?? 500),
      code: problem?.code ?? ('response' in end ? null : 'INTERNAL'),
      detail: problem?.detail ?? null,
      location: 'response' in end ? end.response.headers.get('location') : null,
      requestId,
    })
  } catch (error) {
    // It is done already, and the caller must learn that; whoever reads the log learns that the book is wrong.
    hooks.onError?.(error, { requestId, method, path: c.req.path, during: 'recording a write' })
  }
}

function actionOf(route: LoadedRoute, input: unknown): string {
  const { audit } = route.definition
  if (typeof audit === 'string') return audit
  return typeof audit === 'function' && input !== null ? audit(input) : operationIdOf(route)
}

/** Only what the schema declares, and of that nothing that it marks as secret. */
function tellable(schema: z.ZodObject | undefined, input: unknown): Record<string, unknown> {
  if (schema === undefined || typeof input !== 'object' || input === null) return {}
  return Object.fromEntries(
    Object.entries(input).filter(
      ([key, value]) => value !== undefined && Object.hasOwn(schema.shape, key) && !isSecret(schema.shape[key]),
    ),
  )
}

/** As the function itself would take it; nothing where it would refuse it. */
async function tellableOfFunction(
  { definition }: LoadedRoute,
  input: unknown,
  functions: readonly LoadedFunction[],
): Promise<Record<string, unknown>> {
  if (definition.runs === undefined || input === null) return {}
  const name = definition.runs(input)
  const schema = functions.find((known) => known.name === name)?.definition.input
  const validated = await validate(schema, input)
  return validated.ok ? tellable(schema, validated.value) : {}
}

function isSecret(schema: unknown): boolean {
  if (!(schema instanceof z.ZodType)) return false
  if (z.globalRegistry.get(schema)?.secret === true) return true
  return 'innerType' in schema.def && isSecret(schema.def.innerType)
}
