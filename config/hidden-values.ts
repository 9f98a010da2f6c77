import { type ConfigDocument, type Path, type PlacedFault, pathText } from './document.ts'
import { schemaAt } from './json-schema.ts'

/** A value that is in none of the file's words, and how it is called instead. */
interface HiddenValue {
  readonly value: string
  /** `$` and the name of its variable in braces, or the file that it was read from. */
  readonly name: string
}

/** Shorter ones stand in too many words to be taken out of a sentence; where they came from, they are taken out whole. */
const LEAST = 4

/**
 * Faults without the values that came from the environment or from a file: such a value may be a secret that was put into
 * the wrong key, and faults are shown to everyone who may read the configuration. They say the name of the variable.
 */
export function hideValues(
  faults: readonly PlacedFault[],
  document: ConfigDocument,
  {
    env,
    files,
  }: { readonly env: Readonly<Record<string, string | undefined>>; readonly files: readonly HiddenValue[] },
): readonly PlacedFault[] {
  const places = document.variables()
  const all = [...new Set(places.flatMap(({ names }) => names))].map(
    (name): HiddenValue => ({ name: `\${${name}}`, value: env[name] ?? '' }),
  )
  // The longest first: one may be part of another.
  const hidden = [...all, ...files].toSorted((a, b) => b.value.length - a.value.length)
  if (hidden.length === 0) return faults
  return faults.map((fault) => {
    const place = places.find(({ path }) => touches(pathText(path), fault.path))
    const own = all.filter(({ name }) => place?.names.some((each) => name === `\${${each}}`))
    const message = hidden.reduce((text, each) => without(text, each, own.includes(each)), fault.message)
    const words = own.reduce((text, { name }) => text.replaceAll(name, ' '), message)
    const tells = own.some(({ value }) => formsOf(words, value))
    return { ...fault, message: tells && place !== undefined ? refused(place.path, place.names) : message }
  })
}

function touches(place: string, fault: string): boolean {
  return place === fault || place.startsWith(`${fault}.`) || fault.startsWith(`${place}.`)
}

function without(text: string, { value, name }: HiddenValue, here: boolean): string {
  if (value === '') return text
  const quoted = JSON.stringify(value)
  const plain = here || value.length >= LEAST ? text.replaceAll(quoted, () => name) : text
  if (value.length < LEAST) return plain
  return plain.replaceAll(quoted.slice(1, -1), () => name).replaceAll(value, () => name)
}

/** Whether a part of the value is left in the sentence, rather too often than too seldom. */
function formsOf(message: string, value: string): boolean {
  const said = message.toLowerCase()
  const secret = value.toLowerCase()
  for (let at = 0; at + LEAST <= said.length; at++) if (secret.includes(said.slice(at, at + LEAST))) return true
  const words = new Set(said.split(/[^\p{L}\p{N}]+/u))
  return secret.split(/[^\p{L}\p{N}]+/u).some((word) => word !== '' && words.has(word))
}

function refused(path: Path, names: readonly string[]): string {
  const key = String(path.findLast((step) => typeof step === 'string') ?? 'this place')
  const schema = schemaAt(path)
  const about = schema?.description === undefined ? '' : ` (${schema.description.replace(/\.$/, '')})`
  const example = [schema?.examples?.[0], schema?.default].find((each) => isPlain(each))
  const write = example === undefined ? '' : ` Write for example ${key}: ${String(example)}.`
  const which = names.length === 1 ? `The variable ${names[0]} holds` : `The variables ${names.join(', ')} hold`
  return `${which} what ${key} does not take${about}; the value is not shown.${write}`
}

function isPlain(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'boolean'
}

interface WithSecrets {
  readonly value: unknown
  readonly faults: readonly PlacedFault[]
  /** What the files held. */
  readonly files: readonly HiddenValue[]
}

/** Reads a file whole; throws an Error that says why it cannot. */
export type ReadFile = (path: string) => string

/**
 * Puts the content of `<key>_file` in the place of every `<key>` that the schema marks as secret, before the schema judges
 * the value. Other keys that end in `_file` (identity_file) are paths and stay.
 */
export function readSecretFiles(value: unknown, document: ConfigDocument, readFile: ReadFile): WithSecrets {
  const faults: PlacedFault[] = []
  const files: HiddenValue[] = []
  const walk = (node: unknown, path: Path): unknown => {
    if (Array.isArray(node)) return node.map((item, index) => walk(item, [...path, index]))
    if (typeof node !== 'object' || node === null) return node
    const result: Record<string, unknown> = {}
    for (const [key, child] of Object.entries(node)) {
      const twin = key.endsWith('_file') ? key.slice(0, -'_file'.length) : null
      if (twin === null || schemaAt([...path, twin], value)?.secret !== true || typeof child !== 'string') {
        result[key] = walk(child, [...path, key])
        continue
      }
      const fault = (message: string): unknown =>
        faults.push({ ...document.at([...path, key]), path: pathText([...path, key]), message })
      if (Object.hasOwn(node, twin)) fault(`Both ${twin} and ${key} are given; keep one.`)
      if (!child.startsWith('/')) {
        // Where a path is missing, the secret itself is the likeliest thing to stand.
        fault(
          `This is no whole path (it is not shown); write the path of a file, from /, for example /run/secrets/${twin}.`,
        )
        continue
      }
      try {
        const content = readFile(child).replace(/\r?\n$/, '')
        result[twin] = content
        files.push({ value: content, name: `what ${child} holds` })
      } catch (error) {
        fault(
          `The file ${JSON.stringify(child)} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
        )
      }
    }
    return result
  }
  return { value: walk(value, []), faults, files }
}
