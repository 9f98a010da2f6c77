import { z } from 'zod'
import { typedFields } from './coerce.ts'
import { type InputFault, Problem } from './problem.ts'

// What goes into a handler and what comes out of it, as its schemas describe it.

/** Of a request's body, where its handler names no other; bytes. */
const BODY_LIMIT = 65_536

/** A handler's, after its schema. */
export type Input = Record<string, unknown>
export type FormFields = readonly (readonly [name: string, text: string])[]

interface TakesInput {
  readonly input?: z.ZodObject
  readonly bodyLimit?: number
}

/**
 * One object: path and query (GET, DELETE), or path and body. The path wins over a field of the same name.
 * `parameters` are those of the path, decoded; `fields` of a form that was read already.
 * @throws Problem 400, 413, 415, 422
 */
export async function requestInput(
  { input: schema, bodyLimit = BODY_LIMIT }: TakesInput,
  { request, method, parameters, fields }: RequestParts,
): Promise<Input> {
  const inAddress = method === 'GET' || method === 'DELETE'
  // The body is read even where no input is declared: too large or not JSON is wrong there as well.
  const body = inAddress || fields !== null ? undefined : await readJsonBody(request, bodyLimit)
  if (!schema) return {}
  const path = Object.entries(parameters)
  const text = fields ?? (inAddress ? [...new URLSearchParams(pathAndQuery(request.url).search)] : null)
  const raw =
    text === null
      ? merge(body, typedFields(jsonSchemaOf(schema), path))
      : typedFields(jsonSchemaOf(schema), [...text.filter(([name]) => !Object.hasOwn(parameters, name)), ...path])
  return checkedInput(schema, raw, inAddress ? 'address' : 'body')
}

interface RequestParts {
  readonly request: Request
  readonly method: string
  readonly parameters: Readonly<Record<string, string>>
  readonly fields: FormFields | null
}

const converted = new WeakMap<z.ZodObject, unknown>()

/** As JSON Schema, made when it is first asked for. */
export function jsonSchemaOf(schema: z.ZodObject): unknown {
  const known = converted.get(schema)
  if (known !== undefined) return known
  const made = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  converted.set(schema, made)
  return made
}

/** A body that is no object goes on as it is, for zod to say so. */
function merge(body: unknown, path: Record<string, unknown>): unknown {
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body, ...path } : body
}

/** @throws Problem 400 for what stands in the address, 422 for what stands in a body */
export async function checkedInput(
  schema: z.ZodObject | undefined,
  raw: unknown,
  source: 'address' | 'body',
): Promise<Input> {
  const validated = await validate(schema, raw)
  if (validated.ok) return validated.value as Input
  const { errors } = validated
  const detail = sentenceOf(errors, 'input')
  throw source === 'address'
    ? new Problem(400, 'BAD_PARAMETER', detail, { title: 'A parameter is not valid', errors })
    : new Problem(422, 'VALIDATION', detail, { title: 'The input is not valid', errors })
}

/**
 * Fields that the schema does not name are left out: an answer never says more than the API document.
 * @throws Error, which is ours: `where` returned something else
 */
export async function checkedOutput(schema: z.ZodType | undefined, value: unknown, where: string): Promise<unknown> {
  if (!schema) return value
  const validated = await validate(schema, value)
  if (validated.ok) return validated.value
  throw new Error(
    `${where} returned something its output schema does not allow: ${sentenceOf(validated.errors, 'output')}`,
  )
}

function sentenceOf(errors: readonly InputFault[], whole: string): string {
  return errors.map((error) => `${error.pointer || whole}: ${error.detail}`).join('; ')
}

type Validated =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly errors: readonly InputFault[] }

/** A definition without `input` takes none: it receives `{}` whatever was sent. */
export async function validate(schema: z.ZodType | undefined, raw: unknown): Promise<Validated> {
  if (!schema) return { ok: true, value: {} }
  const result = await schema.safeParseAsync(raw)
  if (result.success) return { ok: true, value: result.data }
  return { ok: false, errors: result.error.issues.map((issue) => fault(issue, raw)) }
}

function fault(issue: z.core.$ZodIssue, raw: unknown): InputFault {
  const missing = issue.code === 'invalid_type' && valueAt(raw, issue.path) === undefined
  return {
    pointer: pointerOf(issue.path),
    code: missing ? 'REQUIRED' : issue.code.toUpperCase(),
    detail: issue.message,
  }
}

/** RFC 6901. */
function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined,
    raw,
  )
}

/**
 * The JSON body as a value; an empty body is `{}`.
 * @throws Problem 413 (also for a chunked body, which announces no length), 415, 400 BAD_JSON
 */
async function readJsonBody(request: Request, limit: number): Promise<unknown> {
  const bytes = await readBytes(request, limit)
  if (bytes.length === 0) return {}
  const type = request.headers.get('content-type') ?? ''
  if (!isJson(type)) {
    throw new Problem(415, 'UNSUPPORTED_MEDIA_TYPE', 'Send the body as JSON with `Content-Type: application/json`.')
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Problem(400, 'BAD_JSON', `The body is not JSON: ${reason}`, { cause: error })
  }
}

/**
 * The fields of a form, in order.
 * @throws Problem 413, 415
 */
export async function readForm(request: Request, limit = BODY_LIMIT): Promise<FormFields> {
  const bytes = await readBytes(request, limit)
  if (bytes.length === 0) return []
  const media = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (media === 'application/x-www-form-urlencoded') return [...new URLSearchParams(new TextDecoder().decode(bytes))]
  throw new Problem(415, 'UNSUPPORTED_MEDIA_TYPE', 'This address takes the form of its own page only.')
}

function isJson(type: string): boolean {
  const media = type.split(';')[0]?.trim().toLowerCase() ?? ''
  return media === 'application/json' || /^application\/[a-z0-9.-]+\+json$/.test(media)
}

async function readBytes({ headers, body }: Request, limit: number): Promise<Uint8Array> {
  if (Number(headers.get('content-length') ?? 0) > limit) throw tooLarge(limit)
  if (!body) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let length = 0
  // Leaving the loop by an exception cancels the stream, so the rest is never read.
  for await (const chunk of body) {
    length += chunk.length
    if (length > limit) throw tooLarge(limit)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function tooLarge(limit: number): Problem {
  return new Problem(413, 'BODY_TOO_LARGE', `The body is larger than ${limit} bytes.`)
}

/**
 * The path and query of a request, percent-encoded as they came. Read without the host in front of them: that is the
 * client's word, and no parser of addresses need accept it (`localhost:99999`).
 */
export function pathAndQuery(url: string): { readonly pathname: string; readonly search: string } {
  const from = url.indexOf('/', url.indexOf('://') + 3)
  const target = from < 0 ? '/' : (url.slice(from).split('#', 1)[0] ?? '/')
  const mark = target.indexOf('?')
  return mark < 0 ? { pathname: target, search: '' } : { pathname: target.slice(0, mark), search: target.slice(mark) }
}
