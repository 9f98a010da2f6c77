import type { Context, Handler } from 'hono'
import { type Actor, accessOf } from './actor.ts'
import { authorize } from './authorize.ts'
import { coerceText } from './coerce.ts'
import { etagOf, matches } from './etag.ts'
import { type AppEnv, DEFAULT_TIMEOUT, runHandler } from './exchange.ts'
import type { AppOptions } from './http.ts'
import { readForm, readJsonBody } from './read-body.ts'
import { isReply } from './reply.ts'
import { pathAndQuery } from './request-url.ts'
import { signInInstead } from './sign-in.ts'
import type { LoadedPage, LoadedRoute } from './tree.ts'
import { inputProblem, validate } from './validate.ts'
import { tellWrite } from './write-summary.ts'

const BODY_LIMIT = 65_536

type Fields = readonly (readonly [string, string])[]

/** access → input → run → JSON; whatever came of a write is told. */
export function routeHandler(route: LoadedRoute, options: AppOptions): Handler<AppEnv> {
  const { definition, method } = route
  const timeout = definition.timeout ?? DEFAULT_TIMEOUT
  return async (c) => {
    let input: unknown = null
    const tell = (end: { response: Response } | { error: unknown }): Promise<void> =>
      tellWrite(c, route, input, end, options)
    try {
      const { actor, fields } = await admit(c, route, accessOf(definition, method), options)
      input = await inputOf(c, route, method, fields)
      const result = await runHandler(c, actor, { ...options, timeout }, (context) => definition.run(input, context))
      const response = await respond(c, route, result)
      await tell({ response })
      return response
    } catch (error) {
      await tell({ error })
      if (!definition.form) throw error
      // What was typed is lost, but the person is not.
      return signInInstead(error, { path: route.path, next: c.req.path, hooks: options.hooks })
    }
  }
}

/** Decides whether the caller may, and remembers who it is for the log. A form's fields are read here: one is its token. */
export async function admit(
  c: Context<AppEnv>,
  place: LoadedRoute | LoadedPage,
  access: ReturnType<typeof accessOf>,
  { identify, hooks }: AppOptions,
): Promise<{ readonly actor: Actor; readonly fields: Fields | null }> {
  c.set('route', place.path)
  const request = c.req.raw
  const actor = await authorize(request, c.get('peer'), access, {
    identify,
    onActor: (known) => c.set('actor', known),
    onError: (error) => hooks.onError?.(error, { requestId: c.get('requestId'), during: 'finding out who asks' }),
  })
  c.set('actor', actor)
  const isForm = 'form' in place.definition && place.definition.form === true
  const fields = isForm ? await readForm(request, place.definition.bodyLimit ?? BODY_LIMIT) : null
  const formToken = fields === null ? null : (fields.find(([name]) => name === 'csrf')?.[1] ?? '')
  const refusal = await hooks.beforeHandler?.({ request, actor, access, formToken })
  if (refusal) throw refusal
  return { actor, fields: fields?.filter(([name]) => name !== 'csrf') ?? null }
}

/** One object: path and query, or path and body. The path wins over a field of the same name. */
export async function inputOf(
  c: Context<AppEnv>,
  { definition }: LoadedRoute | LoadedPage,
  method: string,
  fields: Fields | null = null,
): Promise<unknown> {
  const schema = definition.input
  const path = Object.entries(c.req.param() as Record<string, string>)
  const inAddress = method === 'GET' || method === 'DELETE'
  const limit = ('bodyLimit' in definition ? definition.bodyLimit : undefined) ?? BODY_LIMIT
  // The body is read even where no input is declared: too large or not JSON is wrong there as well.
  const body = inAddress || fields !== null ? undefined : await readJsonBody(c.req.raw, limit)
  if (!schema) return {}
  const names = new Set(path.map(([name]) => name))
  const text = fields ?? (inAddress ? [...new URLSearchParams(pathAndQuery(c.req.url).search)] : null)
  const raw =
    text === null
      ? merge(body, coerceText(schema, path))
      : coerceText(schema, [...text.filter(([name]) => !names.has(name)), ...path])
  const validated = await validate(schema, raw)
  if (!validated.ok) throw inputProblem(validated.errors, inAddress ? 'address' : 'body')
  return validated.value
}

/** A body that is no object goes on as it is, for zod to say so. */
function merge(body: unknown, path: Record<string, unknown>): unknown {
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body, ...path } : body
}

async function respond(c: Context<AppEnv>, { definition, file, method }: LoadedRoute, result: unknown) {
  if (result instanceof Response) return result
  const answer = isReply(result) ? result : { status: definition.status ?? 200, body: result, headers: {} }
  if (answer.body === undefined) {
    return new Response(null, { status: answer.status === 200 ? 204 : answer.status, headers: answer.headers })
  }
  const body = JSON.stringify(await checkedOutput(definition.output, answer.body, `${method} in ${file}`))
  const headers = new Headers({ 'Content-Type': 'application/json', ...answer.headers })
  if (!definition.etag || answer.status !== 200) return new Response(body, { status: answer.status, headers })
  const etag = headers.get('ETag') ?? etagOf(body)
  headers.set('ETag', etag)
  headers.set('Cache-Control', 'private, no-cache')
  if (!matches(c.req.header('if-none-match') ?? null, etag)) return new Response(body, { headers })
  headers.delete('Content-Type')
  return new Response(null, { status: 304, headers })
}

/** Fields that the schema does not name are left out: an answer never says more than the API document. */
export async function checkedOutput(schema: LoadedRoute['definition']['output'], value: unknown, where: string) {
  if (!schema) return value
  const validated = await validate(schema, value)
  if (validated.ok) return validated.value
  const faults = validated.errors.map((error) => `${error.pointer || 'output'}: ${error.detail}`).join('; ')
  throw new Error(`${where} returned something its output schema does not allow: ${faults}`)
}
