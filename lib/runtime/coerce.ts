import { z } from 'zod'

/**
 * Text (query string, path, `-i key=value`) → what the schema expects, so that API schemas need no transforms.
 * It converts only what is certain; everything else stays text and zod says what is wrong with it.
 *
 * - number, boolean (`true` `false` `1` `0`), null, literals and unions of them
 * - lists: repeated (`?tag=a&tag=b`) or with commas (`?tag=a,b`)
 * - objects: JSON
 * - an empty text means "not given" for everything but strings, because an empty form field sends one
 */
export function coerceText(schema: z.ZodObject, pairs: Iterable<readonly [string, string]>): Record<string, unknown> {
  const given = new Map<string, string[]>()
  for (const [key, text] of pairs) given.set(key, [...(given.get(key) ?? []), text])
  const entries: [string, unknown][] = []
  for (const [key, texts] of given) {
    // `shape.constructor` exists too, on the prototype.
    const field = Object.hasOwn(schema.shape, key) ? schema.shape[key] : undefined
    const value = field ? coerceField(bare(field as z.ZodType), texts) : single(texts)
    if (value !== undefined) entries.push([key, value])
  }
  // fromEntries defines own properties, so a key named __proto__ is only a key.
  return Object.fromEntries(entries)
}

function single(texts: readonly string[]): unknown {
  return texts.length === 1 ? texts[0] : texts
}

function coerceField(schema: z.ZodType, texts: readonly string[]): unknown {
  if (schema instanceof z.ZodArray || schema instanceof z.ZodSet) {
    const element = bare((schema instanceof z.ZodArray ? schema.element : schema.def.valueType) as z.ZodType)
    const parts = isStructure(element) ? texts : texts.flatMap((text) => text.split(','))
    return parts.filter((part) => part !== '').map((part) => coerceOne(element, part))
  }
  // Two values for one field: which is meant is not ours to guess, zod will refuse the list.
  return texts.length === 1 ? coerceOne(schema, texts[0] ?? '') : texts
}

function coerceOne(schema: z.ZodType, text: string): unknown {
  if (schema instanceof z.ZodUnion) {
    const options = schema.options.map((option) => bare(option as z.ZodType))
    // Text is the last resort: in `number | string`, 5 is the number.
    const notText = options.filter((option) => !(option instanceof z.ZodString))
    for (const option of notText) {
      const value = coerceOne(option, text)
      if (value !== undefined && option.safeParse(value).success) return value
    }
    return notText.length < options.length ? text : text === '' ? undefined : text
  }
  if (schema instanceof z.ZodString || schema instanceof z.ZodUnknown || schema instanceof z.ZodAny) return text
  if (schema instanceof z.ZodLiteral) return literal(schema, text)
  if (text === '') return undefined
  if (schema instanceof z.ZodNumber) return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text
  if (schema instanceof z.ZodBigInt) return /^-?\d+$/.test(text) ? BigInt(text) : text
  if (schema instanceof z.ZodBoolean) return BOOLEANS.get(text.toLowerCase()) ?? text
  if (schema instanceof z.ZodNull) return text === 'null' ? null : text
  return isStructure(schema) ? json(text) : text
}

const BOOLEANS = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
])

function literal(schema: z.ZodLiteral, text: string): unknown {
  const value = [...schema.values].find((known) => String(known) === text)
  return value === undefined ? text : value
}

function isStructure(schema: z.ZodType): boolean {
  return [z.ZodObject, z.ZodRecord, z.ZodArray, z.ZodTuple, z.ZodMap].some((kind) => schema instanceof kind)
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON: the text itself goes on, and zod answers "expected object, received string".
    return text
  }
}

/** Takes off optional, default, nullable … down to the schema that decides what a text means. */
function bare(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodPipe) return bare(schema.def.in as z.ZodType)
  if (schema instanceof z.ZodLazy) return bare(schema.unwrap() as z.ZodType)
  const inner: unknown = 'innerType' in schema.def ? schema.def.innerType : undefined
  return inner instanceof z.ZodType ? bare(inner) : schema
}
