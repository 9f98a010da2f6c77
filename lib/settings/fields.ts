import { z } from 'zod'

/*
 * One value of the configuration: how it is described to an editor, what is refused, and in which words. Without these no key:
 * the sections and the channels are made of them.
 */

/** What a parser of one value says: the value, or one sentence on what to write instead. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string }

export const parsed = <T>(value: T): Parsed<T> => ({ ok: true, value })
export const refused = (message: string): Parsed<never> => ({ ok: false, message })

/** What an editor shows of a key, and what faults call it. `default` is shown only: layers are filled in later. */
interface About {
  readonly description: string
  readonly default?: unknown
  readonly examples?: unknown[]
}

/** How a value is called in a fault: `a number`, `text ("abc")`, `a list`. */
export function called(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'nothing (an empty value)'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return value.length > 60 ? 'a long text' : JSON.stringify(value)
  return typeof value === 'object' ? 'a block of keys' : String(value)
}

/** A number whose unit is in its key's name. `what` names the unit: `hours`; empty for none. */
export function count(
  what: string,
  limits: { readonly min: number; readonly max: number; readonly whole?: boolean },
  about: About,
) {
  const { min, max, whole = true } = limits
  const kind = whole ? 'a whole number' : 'a number'
  const example = typeof about.default === 'number' ? about.default : Math.max(min, 1)
  const wrong = (found: unknown): string =>
    `Must be ${kind}${what === '' ? '' : ` of ${what}`} from ${min} to ${max}, for example ${example}; found ${called(found)}.${typeof found === 'string' ? ' Write the bare number, without quotes or unit.' : ''}`
  const base = z.number({ error: (issue) => wrong(issue.input) })
  const error = (issue: { readonly input?: unknown }): string => wrong(issue.input)
  const ranged = base.min(min, { error }).max(max, { error })
  return (whole ? ranged.multipleOf(1, { error }) : ranged)
    .meta(what === '' ? { ...about } : { ...about, unit: what })
    .optional()
}

export function flag(about: About) {
  return z
    .boolean({ error: (issue) => `Must be true or false; found ${called(issue.input)}.` })
    .meta({ ...about })
    .optional()
}

export function choice<const T extends readonly [string, ...string[]]>(values: T, about: About) {
  const error = (issue: { readonly input?: unknown }): string =>
    `Must be ${either(values)}; found ${called(issue.input)}.`
  return z
    .enum(values, { error })
    .meta({ ...about })
    .optional()
}

/** Text that `parse` must accept; its sentence is the fault. */
export function parsedText(parse: (text: string) => Parsed<unknown>, about: About & { readonly pattern?: string }) {
  const refusedNumber = (input: unknown): string => {
    if (typeof input !== 'number') return `Must be text; found ${called(input)}.`
    const attempt = parse(String(input))
    return attempt.ok ? `Must be text; write it in quotes: "${input}".` : attempt.message
  }
  return z
    .string({ error: (issue) => refusedNumber(issue.input) })
    .superRefine((text, context) => {
      const attempt = parse(text)
      if (!attempt.ok) context.addIssue({ code: 'custom', message: attempt.message })
    })
    .meta({ ...about })
}

/** Text checked by a rule that answers null or what is wrong. */
export function ruledText(rule: (text: string) => string | null, about: About & { readonly pattern?: string }) {
  return z
    .string({
      error: (issue) =>
        typeof issue.input === 'number' || typeof issue.input === 'boolean'
          ? `Must be text; write it in quotes: "${issue.input}".`
          : `Must be text; found ${called(issue.input)}.`,
    })
    .superRefine((text, context) => {
      const message = rule(text)
      if (message !== null) context.addIssue({ code: 'custom', message })
    })
    .meta({ ...about })
}

export function textList(rule: (text: string) => string | null, about: About, example: string) {
  return z
    .array(ruledText(rule, { description: `One of ${about.description.toLowerCase()}` }), {
      error: (issue) => `Must be a list, for example ${example}; found ${called(issue.input)}.`,
    })
    .meta({ ...about })
    .optional()
}

/**
 * A value that no surface may show. The annotation travels into the JSON Schema (`secret: true`), and from there come the
 * masking of `config show` and the `<key>_file` twin that `withFiles` adds.
 */
export function secret(about: About) {
  return z
    .string({
      error: (issue) =>
        `Must be text; found ${issue.input === null || issue.input === undefined ? 'nothing' : 'something else (not shown)'}.`,
    })
    .min(1, { error: 'Is empty; write the secret, a variable of the environment, or the key with _file and a path.' })
    .meta({ ...about, secret: true })
    .optional()
}

/** A secret that must be a web address: it holds a token, so that no fault may show it. */
export function secretAddress(about: About & { readonly example: string }) {
  const { example, ...shown } = about
  const rule = (text: string): string | null => {
    const url = URL.canParse(text) ? new URL(text) : null
    return url !== null && ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === ''
      ? null
      : `Is no web address (it is not shown); write it with http:// or https:// and without a user, for example ${example}.`
  }
  return z
    .string({ error: 'Must be text; found something else (not shown).' })
    .superRefine((text, context) => {
      const message = rule(text)
      if (message !== null) context.addIssue({ code: 'custom', message })
    })
    .meta({ ...shown, secret: true })
    .optional()
}

/** A path; a relative one is beside the configuration. The annotation (`path: true`) travels into the JSON Schema. */
export function filePath(about: About) {
  const rule = (text: string): string | null =>
    text === '' || text.startsWith('~') || /\p{Cc}/u.test(text)
      ? `${called(text)} is no path; write it out from /, or relative to the configuration.`
      : null
  return ruledText(rule, about)
    .meta({ ...about, path: true })
    .optional()
}

/** A sentence list: `a, b or c`. */
export function either(values: readonly string[]): string {
  return values.length < 2 ? (values[0] ?? '') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`
}

/**
 * The shape with a `<key>_file` beside every secret: a file whose content is the value. They are not in its type: a file is read
 * before the schema judges, and its content stands at the key itself.
 */
export function withFiles<const T extends z.core.$ZodLooseShape>(shape: T): T {
  const twins: Record<string, z.core.$ZodType> = {}
  for (const [key, type] of Object.entries(shape)) {
    if (z.globalRegistry.get(innermost(type))?.secret !== true) continue
    twins[`${key}_file`] = z
      .string({ error: 'Must be the path of a file.' })
      .meta({ description: `A file whose content is ${key}; read at load, one line end at its end is cut off.` })
      .optional()
  }
  return { ...shape, ...twins }
}

function innermost(type: z.core.$ZodType): z.core.$ZodType {
  return type instanceof z.ZodOptional ? innermost(type.unwrap()) : type
}
