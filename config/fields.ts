import { isIP } from 'node:net'
import { z } from 'zod'
import { costOf, isTooDear, USUAL_COST } from './password-cost.ts'
import type { Parsed } from './units.ts'

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

/** A sentence list: `a, b or c`. */
export function either(values: readonly string[]): string {
  return values.length < 2 ? (values[0] ?? '') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`
}

/** The shape with a `<key>_file` beside every secret: a file whose content is the value. */
export function withFiles<const T extends z.core.$ZodLooseShape>(
  shape: T,
): T & { readonly [key: string]: z.core.$ZodType } {
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

/**
 * Words that end on a command line, in an address or in a pattern. Each rule answers null or what to write instead; whatever
 * could begin an option or a shell word is refused here, once, at the door. Those for ssh are in lib/ssh/config-words.ts.
 */

export const DATASET_ID = '^[A-Za-z0-9][A-Za-z0-9_.:-]{0,199}$'

const matches = (pattern: string, text: string): boolean => new RegExp(pattern).test(text)
const quoted = (text: string): string => JSON.stringify(text)

export function checkCommandWord(text: string): string | null {
  return /^[A-Za-z0-9_./=-]+$/.test(text)
    ? null
    : `The word ${quoted(text)} is refused; write one plain word of the command per list item, for example [sudo, -n, zfs].`
}

export function checkDatasetId(text: string): string | null {
  return matches(DATASET_ID, text)
    ? null
    : `The id ${quoted(text)} is refused; write letters, digits and _ . : - only, beginning with a letter or digit, at most 200.`
}

/** A glob on the part after `@`. */
export function checkSnapshotGlob(text: string): string | null {
  if (text === '') return 'An empty pattern matches nothing; write for example autosnap_*.'
  if (text.includes('@'))
    return `Leave out everything up to the @: write ${quoted(text.slice(text.lastIndexOf('@') + 1) || 'autosnap_*')}.`
  return /^[A-Za-z0-9_.: *?-]+$/.test(text)
    ? null
    : `The pattern ${quoted(text)} is refused; snapshot names have letters, digits and _ - : . only, with * for anything and ? for one character.`
}

/** A glob on dataset names below a recursive root. */
export function checkChildGlob(text: string): string | null {
  if (text === '') return 'An empty pattern matches nothing; write for example scratch/*.'
  if (text.startsWith('/') || text.endsWith('/'))
    return `Write ${quoted(text.replaceAll(/^\/+|\/+$/g, '') || 'scratch')}: relative to the dataset, without a slash at the ends.`
  return /^[A-Za-z0-9_.:*?/-]+$/.test(text) && !text.includes('//')
    ? null
    : `The pattern ${quoted(text)} is refused; write names below the dataset, with * for anything and ? for one character.`
}

// Rules of single values; each answers null or what to write instead.

/** Looks like a hash, whether or not it could be checked. */
export const ARGON2_HASH = /^\$argon2(id|i|d)\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/
const MODES = ['password', 'proxy', 'none']
const USER_NAME = '^[a-z0-9][a-z0-9._@-]{0,63}$'

export function checkMode(mode: string): string | null {
  if (MODES.includes(mode)) return null
  if (mode === 'loopback')
    return 'auth.mode loopback is gone: whoever reaches the port signs in. Leave auth out and create users (zwitness user add), or write { mode: none, none_role: operator }.'
  return `Must be ${either(MODES)}; found ${called(mode)}.`
}

export function checkUserName(name: string): string | null {
  if (new RegExp(USER_NAME).test(name)) return null
  const lower = name.toLowerCase()
  const cure = lower !== name && new RegExp(USER_NAME).test(lower) ? ` Write ${lower}.` : ''
  return `The user name ${JSON.stringify(name)} is refused; names are lower-case letters, digits and . _ @ -, beginning with a letter or digit, at most 64.${cure}`
}

const CURE = 'zwitness user hash asks for a password and prints the line to write here.'

/** The value itself is never shown. */
export function checkPasswordHash(hash: string): string | null {
  const cost = costOf(hash)
  if (cost === null) return `Is no argon2id hash; ${CURE}`
  return isTooDear(cost)
    ? `Its cost (${cost}) is so high that a few people who guess would take the memory of the machine; ${CURE}`
    : null
}

/**
 * Null, or what another cost than the usual one means: how long a refusal takes would reveal who has which, and a cheap one is
 * guessed sooner by whoever got hold of the file.
 */
export function oddCost(name: string, hash: string): string | null {
  const cost = costOf(hash)
  if (cost === null || cost === USUAL_COST) return null
  return `The hash of ${name} has another cost (${cost}) than those that zwitness makes (${USUAL_COST}), so that it is guessed at another speed, and refusals do not all take the same time. Write one that zwitness user hash prints.`
}

export function checkHeaderName(name: string): string | null {
  return /^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name)
    ? null
    : `${called(name)} is no name of a header; write for example Remote-User.`
}

/** `10.0.0.7`, `10.0.0.0/8`, `fd00::/8`. */
export function checkNetwork(text: string): string | null {
  const [address = '', bits, ...rest] = text.split('/')
  const kind = isIP(address)
  const most = kind === 4 ? 32 : 128
  const sound =
    kind !== 0 && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
  if (!sound)
    return `${called(text)} is no address; write the address of the proxy as the witness sees it, for example 127.0.0.1 or 10.0.0.0/24.`
  return bits === '0' ? `${text} means every address of the world; write only the proxy's own.` : null
}
