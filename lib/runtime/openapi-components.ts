import { z } from 'zod'
import { schemaId, walkSchema } from './walk-schema.ts'

export type JsonObject = Record<string, unknown>
const REF = '#/components/schemas/'

export interface ComponentSet {
  /** A `$ref` for a schema with an id, else the schema itself. */
  json(schema: z.ZodType): JsonObject
  /** Read after the last `json`, which may find a recursive part. */
  readonly schemas: Readonly<Record<string, unknown>>
}

/**
 * One registry for all schemas of one direction. Converted one by one, a schema with an id inside another would come
 * out as `#/$defs/…`, which points nowhere in an OpenAPI document.
 */
export function componentsOf(
  schemas: readonly z.ZodType[],
  io: 'input' | 'output',
  renamed: ReadonlyMap<string, string> = new Map(),
): ComponentSet {
  const nameOf = (schema: z.ZodType): string | undefined => {
    const id = schemaId(schema)
    return id === undefined ? undefined : (renamed.get(id) ?? id)
  }
  const registry = z.registry<{ id: string }>()
  const anonymous = new Map<z.ZodType, string>()
  const registered = new Set<z.ZodType>()
  const seen = new Set<z.ZodType>()
  for (const schema of schemas) {
    walkSchema(schema, (part) => register(part, nameOf(part)), seen)
    if (registered.has(schema)) continue
    const id = `__${io}${anonymous.size}`
    anonymous.set(schema, id)
    register(schema, id)
  }
  function register(schema: z.ZodType, id: string | undefined): void {
    if (id === undefined || registered.has(schema)) return
    registered.add(schema)
    registry.add(schema, { id })
  }

  const converted: Record<string, unknown> = z.toJSONSchema(registry, {
    io,
    uri: (id) => REF + id,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => adjust(zodSchema._zod.def.type, jsonSchema as JsonObject, io),
  }).schemas
  const cleaned = Object.fromEntries(Object.entries(converted).map(([id, json]) => [id, clean(json)]))
  const shared = (cleaned.__shared as JsonObject | undefined)?.$defs as JsonObject | undefined
  const named = { ...Object.fromEntries(Object.entries(cleaned).filter(([id]) => !id.startsWith('__'))), ...shared }
  const recursive = new Set<string>()

  /** A schema without an id has no component to point to: it is put in place, unless it would hold itself. */
  function inline(value: unknown, open: readonly string[]): unknown {
    if (Array.isArray(value)) return value.map((inner) => inline(inner, open))
    if (typeof value !== 'object' || value === null) return value
    const { $ref, ...rest } = value as JsonObject
    const id = typeof $ref === 'string' && $ref.startsWith(`${REF}__`) ? $ref.slice(REF.length) : undefined
    if (id === undefined) return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, inline(v, open)]))
    if (!open.includes(id)) return { ...(inline(cleaned[id], [...open, id]) as JsonObject), ...rest }
    recursive.add(id)
    return { $ref: REF + publicName(id), ...rest }
  }

  return {
    get schemas() {
      const all = inline(named, []) as JsonObject
      return { ...all, ...Object.fromEntries([...recursive].map((id) => [publicName(id), inline(cleaned[id], [id])])) }
    },
    json: (schema) => {
      const id = anonymous.get(schema)
      return id === undefined ? { $ref: REF + nameOf(schema) } : (inline(cleaned[id], [id]) as JsonObject)
    },
  }
}

/** `__output3` → `Recursive_output3`: it only shows when a recursive schema was not given an id. */
function publicName(id: string): string {
  return id.replace('__', 'Recursive_')
}

/**
 * `.int()` prints the bounds of a double, which no client wants to read. Big integers and dates travel as text. An
 * output may grow fields one day, so it does not say that it has no others.
 */
function adjust(type: string, json: JsonObject, io: 'input' | 'output'): void {
  if (io === 'output' && json.additionalProperties === false) delete json.additionalProperties
  if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum
  if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum
  if (type === 'bigint') Object.assign(json, { type: 'string', pattern: '^-?[0-9]+$' })
  if (type === 'date') Object.assign(json, { type: 'string', format: 'date-time' })
}

/** Takes away what only stand-alone files need, and the names under which zod files recursive parts. */
function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(
    ([key, inner]) => !['$schema', '$id'].includes(key) && !(key === 'id' && typeof inner === 'string'),
  )
  return Object.fromEntries(
    entries.map(([key, inner]) =>
      key === '$ref' && typeof inner === 'string'
        ? [key, inner.replace(`${REF}__shared#/$defs/`, REF)]
        : [key, clean(inner)],
    ),
  )
}
