import { z } from 'zod'
import type { Path } from './document.ts'
import { ConfigSchema } from './schema.ts'

/** As much of JSON Schema (draft 2020-12) as this file's own schema uses. */
export interface JsonSchema {
  readonly type?: string
  readonly description?: string
  readonly examples?: readonly unknown[]
  readonly default?: unknown
  readonly pattern?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: JsonSchema | boolean
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  /** One of several blocks, told apart by the constant of a key (`type`). */
  readonly oneOf?: readonly JsonSchema[]
  readonly const?: unknown
  /** Our own annotation: never shown. */
  readonly secret?: boolean
  readonly [key: string]: unknown
}

let made: JsonSchema | null = null

/** The schema of `app-config.yaml` for editors, made of the same definitions that judge the file. */
export function configJsonSchema(): JsonSchema {
  made ??= {
    ...(z.toJSONSchema(ConfigSchema, { io: 'input', override: dropKeyRule }) as JsonSchema),
    title: 'zwitness configuration',
    description: `app-config.yaml. Text values may hold $\{NAME} for a variable of the environment; $$ is a dollar sign.`,
  }
  return made
}

function dropKeyRule({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  // `propertyNames: string` says nothing; editors show it as a second, empty rule.
  if (jsonSchema.propertyNames !== undefined) delete jsonSchema.propertyNames
}

/**
 * The definition that judges the value at a path, or null where the schema knows none (unknown keys). Where a block is one of
 * several, `value` (the whole file's) says which; without it a key counts as secret if it is so in any of them.
 */
export function schemaAt(path: Path, value?: unknown): JsonSchema | null {
  let at: JsonSchema | null = configJsonSchema()
  let found = value
  for (const step of path) {
    if (at === null) return null
    at = below(chosen(at, found), step)
    found = typeof found === 'object' && found !== null ? (found as Record<string | number, unknown>)[step] : undefined
  }
  return at === null ? null : chosen(at, found)
}

/** Of several blocks the one whose constants the value has; else all of them in one. */
function chosen(schema: JsonSchema, value: unknown): JsonSchema {
  const { oneOf } = schema
  if (oneOf === undefined) return schema
  const own = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  const one = oneOf.find(({ properties = {} }) =>
    Object.entries(properties).some(([key, { const: constant }]) => constant !== undefined && own[key] === constant),
  )
  if (one !== undefined) return one
  const properties: Record<string, JsonSchema> = {}
  for (const each of oneOf)
    for (const [key, child] of Object.entries(each.properties ?? {}))
      if (properties[key]?.secret !== true) properties[key] = child
  return {
    ...schema,
    properties,
    required: oneOf.reduce(
      (all, { required = [] }) => all.filter((key) => required.includes(key)),
      oneOf[0]?.required ?? [],
    ),
  }
}

function below(schema: JsonSchema, step: string | number): JsonSchema | null {
  if (typeof step === 'number') return schema.items ?? null
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, step)) return schema.properties[step] ?? null
  const rest = schema.additionalProperties
  return typeof rest === 'object' && Object.keys(rest).length > 0 ? rest : null
}

/** A key's other homes, for "belongs under …": section paths as they are written, `defaults` before the rest. */
export function sectionsWith(key: string): readonly string[] {
  const root = configJsonSchema()
  const sections: [string, JsonSchema | null][] = [
    ['the top level', root],
    ['defaults', schemaAt(['defaults'])],
    ['a dataset', schemaAt(['pairs', 0, 'datasets', 0])],
    ['a host under san_hosts', schemaAt(['san_hosts', 'x'])],
    ['a pair', schemaAt(['pairs', 0])],
    ...['scheduler', 'ssh', 'limits', 'auth', 'server', 'retention', 'metrics', 'notifications'].map(
      (name): [string, JsonSchema | null] => [name, schemaAt([name])],
    ),
  ]
  return sections
    .filter(([, schema]) => schema?.properties !== undefined && Object.hasOwn(schema.properties, key))
    .map(([name]) => name)
}
