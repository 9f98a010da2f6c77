import type { Context as HonoContext } from 'hono'
import { z } from 'zod'
import type { AppEnv, Site } from './around.ts'
import { type Input, validate } from './input.ts'
import { operationIdOf } from './openapi-operation.ts'
import { answeredProblem, Problem } from './problem.ts'
import type { LoadedFunction, LoadedRoute } from './tree.ts'

/** Records a request that may have written something, whatever came of it; a record that cannot be made is reported. */
export async function auditWrite(
  c: HonoContext<AppEnv>,
  route: LoadedRoute,
  input: Input | null,
  end: { readonly response: Response } | { readonly error: unknown },
  { around, tree }: Pick<Site, 'around' | 'tree'>,
): Promise<void> {
  const { definition, method } = route
  const actor = c.get('actor')
  if (!around.audit || method === 'GET' || definition.audit === false || actor === null || actor.role === 'none') return
  const problem = 'response' in end ? answeredProblem(end.response) : end.error instanceof Problem ? end.error : null
  const requestId = c.get('requestId')
  try {
    await around.audit({
      action: actionOf(route, input),
      actor,
      path: c.req.path,
      parameters: c.req.param() as Record<string, string>,
      input: { ...recordable(definition.input, input), ...(await recordableOfFunction(route, input, tree.functions)) },
      status: 'response' in end ? end.response.status : (problem?.status ?? 500),
      code: problem?.code ?? ('response' in end ? null : 'INTERNAL'),
      detail: problem?.detail ?? null,
      location: 'response' in end ? end.response.headers.get('location') : null,
      requestId,
    })
  } catch (error) {
    // It is done already, and the caller must learn that; whoever reads the log learns that the audit lacks it.
    around.onError?.(error, { requestId, method, path: c.req.path, during: 'recording a write' })
  }
}

function actionOf(route: LoadedRoute, input: Input | null): string {
  const { audit } = route.definition
  if (typeof audit === 'string') return audit
  return typeof audit === 'function' && input !== null ? audit(input) : operationIdOf(route)
}

/** Only what the schema declares, and of that nothing that it marks as secret. */
function recordable(schema: z.ZodObject | undefined, input: unknown): Record<string, unknown> {
  if (schema === undefined || typeof input !== 'object' || input === null) return {}
  return Object.fromEntries(
    Object.entries(input).filter(
      ([key, value]) => value !== undefined && Object.hasOwn(schema.shape, key) && !isSecret(schema.shape[key]),
    ),
  )
}

/** As the function itself would take it; nothing where it would refuse it. */
async function recordableOfFunction(
  { definition }: LoadedRoute,
  input: Input | null,
  functions: readonly LoadedFunction[],
): Promise<Record<string, unknown>> {
  if (definition.runs === undefined || input === null) return {}
  const name = definition.runs(input)
  const schema = functions.find((known) => known.name === name)?.definition.input
  const validated = await validate(schema, input)
  return validated.ok ? recordable(schema, validated.value) : {}
}

function isSecret(schema: unknown): boolean {
  if (!(schema instanceof z.ZodType)) return false
  if (z.globalRegistry.get(schema)?.secret === true) return true
  return 'innerType' in schema.def && isSecret(schema.def.innerType)
}
