import { fieldsOf, type TextField, typedFields } from '#lib/runtime/coerce.ts'

/** A field of a form, made from a function's JSON Schema. */
export interface InputField {
  readonly name: string
  /** What a text in it means. */
  readonly schema: TextField['schema']
  readonly kind: 'text' | 'number' | 'check' | 'choice' | 'list' | 'json'
  readonly required: boolean
  readonly description: string
  readonly options: readonly string[]
  /** As text. */
  readonly initial: string
}

/** What can be asked of a person; whatever a schema says beyond that is asked for as JSON. */
export function inputFields(schema: unknown): readonly InputField[] {
  const { required } = objectOf(schema)
  const needed = Array.isArray(required) ? required : []
  return [...fieldsOf(schema)].map(([name, { schema: field }]) => {
    return {
      name,
      schema: field,
      kind: kindOf(field),
      required: needed.includes(name) && field.default === undefined,
      description: typeof field.description === 'string' ? field.description : '',
      options: Array.isArray(field.enum) ? field.enum.map(String) : [],
      initial:
        field.default === undefined
          ? ''
          : typeof field.default === 'string'
            ? field.default
            : JSON.stringify(field.default),
    }
  })
}

function kindOf(field: Readonly<Record<string, unknown>>): InputField['kind'] {
  if (Array.isArray(field.enum)) return 'choice'
  if (field.type === 'boolean') return 'check'
  if (field.type === 'integer' || field.type === 'number') return 'number'
  if (field.type === 'array' && objectOf(field.items).type === 'string') return 'list'
  return field.type === 'string' ? 'text' : 'json'
}

/** The function's input from what was typed; fields left empty are not given. @throws Error for JSON that is none */
export function inputOf(
  fields: readonly InputField[],
  typed: (name: string) => string,
): Readonly<Record<string, unknown>> {
  const entries = fields.flatMap((field): [string, unknown][] => {
    const text = typed(field.name).trim()
    if (field.kind === 'check') return text === '' && field.initial !== 'true' ? [] : [[field.name, text !== '']]
    return text === '' ? [] : [[field.name, typedAs(field, text)]]
  })
  return Object.fromEntries(entries)
}

function typedAs({ kind, name, schema }: InputField, text: string): unknown {
  const parts = kind === 'list' ? text.split(/[\s,]+/) : [text]
  const properties = { [name]: kind === 'json' ? { type: 'object' } : schema }
  const value = typedFields(
    { properties },
    parts.map((part) => [name, part] as const),
  )[name]
  if (kind === 'json' && value === text)
    throw new Error(`${name}: that is not JSON. Write for example {"key": 1} or ["a"].`)
  return value
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}
