import { z } from 'zod'

function isSchema(value: unknown): value is z.ZodType {
  return typeof value === 'object' && value !== null && '_zod' in value
}

/** Calls `visit` once for a schema and for every schema inside it; recursive ones end. */
export function walkSchema(
  schema: z.ZodType,
  visit: (schema: z.ZodType) => void,
  seen: Set<z.ZodType> = new Set(),
): void {
  if (seen.has(schema)) return
  seen.add(schema)
  visit(schema)
  for (const part of Object.values(schema._zod.def)) walkPart(part, visit, seen)
  if (schema instanceof z.ZodLazy) walkPart(schema.unwrap(), visit, seen)
}

/** A definition holds its inner schemas directly, in a list (union, tuple) or in a record (object shape). */
function walkPart(part: unknown, visit: (schema: z.ZodType) => void, seen: Set<z.ZodType>): void {
  if (typeof part !== 'object' || part === null) return
  if (isSchema(part)) walkSchema(part, visit, seen)
  else if (part instanceof RegExp || part instanceof Map || part instanceof Set) return
  else for (const inner of Object.values(part)) if (isSchema(inner)) walkSchema(inner, visit, seen)
}

/** The id a schema was given with `.meta({ id })`. */
export function schemaId(schema: z.ZodType): string | undefined {
  return z.globalRegistry.get(schema)?.id
}
