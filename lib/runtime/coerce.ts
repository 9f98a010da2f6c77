/**
 * From text to a typed value, in one way for everything that only text comes from: queries, paths and forms of HTTP, the
 * command line's `-i name=value`, the functions page. What a text means is said by the JSON Schema of the field, which all
 * of them have. It converts only what is certain; everything else stays text, and zod says what is wrong with it.
 *
 * - number, boolean (`true` `false` `1` `0`), null, constants and unions of them
 * - lists: repeated (`?tag=a&tag=b`) or with commas (`?tag=a,b`)
 * - objects: JSON
 * - an empty text means "not given" for everything but free text, because an empty form field sends one
 */
export function typedFields(schema: unknown, pairs: Iterable<readonly [string, string]>): Record<string, unknown> {
  const given = new Map<string, string[]>()
  for (const [name, text] of pairs) given.set(name, [...(given.get(name) ?? []), text])
  const fields = fieldsOf(schema)
  const entries: [string, unknown][] = []
  for (const [name, texts] of given) {
    const field = fields.get(name)
    const value = field === undefined ? (texts.length === 1 ? texts[0] : texts) : typedField(field, texts)
    if (value !== undefined) entries.push([name, value])
  }
  // fromEntries defines own properties, so a key named __proto__ is only a key.
  return Object.fromEntries(entries)
}

/** One field of an object, as far as it says what a text means. */
export interface TextField {
  readonly schema: JsonSchema
  /** For its `$ref`s. */
  readonly root: JsonSchema
}

type JsonSchema = Readonly<Record<string, unknown>>

/** The fields of an object's schema, in its order. */
export function fieldsOf(schema: unknown): ReadonlyMap<string, TextField> {
  const root = objectOf(schema)
  return new Map(Object.entries(objectOf(root.properties)).map(([name, field]) => [name, resolve(field, root)]))
}

/** May be given more than once. */
export function isList({ schema }: TextField): boolean {
  return schema.type === 'array' && schema.prefixItems === undefined
}

/** Is given as JSON. */
export function isStructure({ schema }: TextField): boolean {
  return schema.type === 'object' || schema.type === 'array'
}

function typedField(field: TextField, texts: readonly string[]): unknown {
  if (isList(field)) {
    const element = resolve(field.schema.items, field.root)
    const parts = isStructure(element) ? texts : texts.flatMap((text) => text.split(','))
    return parts.filter((part) => part !== '').map((part) => typedText(element, part))
  }
  // Two values for one field: which is meant is not ours to guess, zod will refuse the list.
  return texts.length === 1 ? typedText(field, texts[0] ?? '') : texts
}

function typedText(field: TextField, text: string): unknown {
  const { schema } = field
  const options = optionsOf(field)
  if (options !== null) {
    // Free text is the last resort: in `number | string`, 5 is the number.
    const certain = options.filter((option) => !isFreeText(option))
    for (const option of certain) {
      const value = typedText(option, text)
      if (value !== undefined && fits(option.schema, value)) return value
    }
    return certain.length < options.length ? text : text === '' ? undefined : text
  }
  const constants = constantsOf(schema)
  const constant = constants.find((known) => String(known) === text)
  if (constant !== undefined) return constant
  if ('const' in schema || schema.type === undefined || isFreeText(field)) return text
  if (text === '') return undefined
  if (schema.type === 'number' || schema.type === 'integer') return NUMBER.test(text) ? Number(text) : text
  if (schema.type === 'boolean') return BOOLEANS.get(text.toLowerCase()) ?? text
  if (schema.type === 'null') return text === 'null' ? null : text
  return isStructure(field) ? fromJson(text) : text
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const BOOLEANS = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
])

/** Any text at all, also an empty one. */
function isFreeText({ schema }: TextField): boolean {
  return schema.type === 'string' && constantsOf(schema).length === 0 && schema.format === undefined
}

function constantsOf({ const: one, enum: several }: JsonSchema): readonly unknown[] {
  return one !== undefined ? [one] : Array.isArray(several) ? several : []
}

/** Of a union, and of `type: ['number', 'null']`; null: it is none. */
function optionsOf({ schema, root }: TextField): readonly TextField[] | null {
  const union = schema.anyOf ?? schema.oneOf
  if (Array.isArray(union)) return union.map((option) => resolve(option, root))
  return Array.isArray(schema.type) ? schema.type.map((type) => ({ schema: { ...schema, type }, root })) : null
}

/** Is the value of this option's kind? Whether it is also within its bounds, zod says, in better words. */
function fits(schema: JsonSchema, value: unknown): boolean {
  const constants = constantsOf(schema)
  if (constants.length > 0) return constants.includes(value)
  switch (schema.type) {
    case 'string':
      return typeof value === 'string' && (typeof schema.pattern !== 'string' || new RegExp(schema.pattern).test(value))
    case 'integer':
    case 'number':
      return typeof value === 'number'
    case 'boolean':
      return typeof value === 'boolean'
    case 'null':
      return value === null
    case 'array':
      return Array.isArray(value)
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    default:
      return true
  }
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON: the text itself goes on, and zod answers "expected object, received string".
    return text
  }
}

/** Follows `#/$defs/…`, under which zod puts what has a name of its own. */
function resolve(schema: unknown, root: JsonSchema): TextField {
  const { $ref, ...own } = objectOf(schema)
  const name = typeof $ref === 'string' ? /^#\/\$defs\/(.+)$/.exec($ref)?.[1] : undefined
  if (name === undefined) return { schema: own, root }
  return { schema: { ...resolve(objectOf(root.$defs)[name], root).schema, ...own }, root }
}

function objectOf(value: unknown): JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonSchema) : {}
}
