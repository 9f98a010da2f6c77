import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type ParsedNode,
  Parser,
  type Scalar,
} from 'yaml'
import { ARGON2_HASH } from './fields.ts'

/** Keys and list positions from the file's root. */
export type Path = readonly (string | number)[]

interface Position {
  /** Both from 1. */
  readonly line: number
  readonly column: number
}

/** A fault before it knows its file: `path` in dots, `''` for the whole file. */
export interface PlacedFault extends Position {
  readonly path: string
  readonly message: string
}

/** The file as plain data, with the way back from every path to its place in the text. */
export interface ConfigDocument {
  readonly value: unknown
  readonly faults: readonly PlacedFault[]
  /** Where the value stands; of a key that is not there, its nearest container. */
  at(path: Path): Position
  /** Where the key itself stands; for a list item, the item. */
  keyAt(path: Path): Position
  /** The variables that went into a scalar, in order. */
  variablesAt(path: Path): readonly string[]
  /** Every scalar that variables went into. */
  variables(): readonly { readonly path: Path; readonly names: readonly string[] }[]
}

/** With what aliases stand for, as often as they do. */
const MAX_NODES = 200_000

export const pathText = (path: Path): string => path.join('.')
const keyOf = (path: Path): string => JSON.stringify(path)

/** Never throws: whatever is wrong with the text is in `faults`, and `value` is what could be read all the same. */
export function readDocument(text: string, env: Readonly<Record<string, string | undefined>>): ConfigDocument {
  const faults: PlacedFault[] = []
  const values = new Map<string, Position>()
  const keys = new Map<string, Position>()
  const variables = new Map<string, readonly string[]>()
  const nearest = (places: Map<string, Position>, path: Path): Position => {
    for (let end = path.length; end >= 0; end--) {
      const found = (end === path.length ? places : values).get(keyOf(path.slice(0, end)))
      if (found !== undefined) return found
    }
    return { line: 1, column: 1 }
  }
  const finish = (value: unknown): ConfigDocument => ({
    value,
    faults,
    at: (path) => nearest(values, path),
    keyAt: (path) => keys.get(keyOf(path)) ?? nearest(values, path),
    variablesAt: (path) => variables.get(keyOf(path)) ?? [],
    variables: () => [...variables].map(([key, names]) => ({ path: JSON.parse(key) as Path, names })),
  })

  const { document, position, faults: refused } = parseYaml(text)
  faults.push(...refused)
  // A tree with syntax errors is half guessed; judging it would bury the one true fault under false ones.
  if (faults.length > 0) return finish(undefined)

  // Our own table: the library looks through the whole document at every alias.
  const anchors = new Map<string, Node>()
  const twice: PlacedFault[] = []
  let nodes = 0
  const walk = (node: unknown, path: Path, fallback: Position): unknown => {
    nodes++
    if (nodes === MAX_NODES)
      faults.push({
        ...fallback,
        path: pathText(path),
        message: `More than ${MAX_NODES} values, aliases counted as often as they are used; write fewer aliases.`,
      })
    if (nodes >= MAX_NODES) return null
    if (path.length > MAX_DEPTH) {
      faults.push({
        ...fallback,
        path: pathText(path),
        message: `Nested more than ${MAX_DEPTH} levels deep; nothing in this file needs that.`,
      })
      return null
    }
    if (isAlias(node)) {
      const place = node.range ? position(node.range[0]) : fallback
      if (anchors.has(node.source)) return walk(anchors.get(node.source), path, place)
      faults.push({
        ...place,
        path: pathText(path),
        // Its name is not said: it may be a password that begins with *.
        message: 'This alias has no anchor before it; write the value itself, in quotes if it begins with *.',
      })
      return null
    }
    if (isNode(node) && 'anchor' in node && typeof node.anchor === 'string') anchors.set(node.anchor, node)
    const here = (node as Node | null)?.range ? position((node as Node).range?.[0] ?? 0) : fallback
    values.set(keyOf(path), here)
    if (isMap(node)) {
      const result: Record<string, unknown> = {}
      for (const pair of node.items) {
        const keyPlace = (pair.key as Node | null)?.range ? position((pair.key as Node).range?.[0] ?? 0) : here
        const key = plainKey(pair.key)
        if (key === null) {
          faults.push({
            ...keyPlace,
            path: pathText(path),
            message: 'A key must be a plain word; put it in quotes if it is meant so.',
          })
          continue
        }
        if (Object.hasOwn(result, key)) {
          const message = 'This key stands twice here; keep one of them.'
          twice.push({ ...keyPlace, path: pathText([...path, key]), message })
          continue
        }
        keys.set(keyOf([...path, key]), keyPlace)
        result[key] = walk(pair.value, [...path, key], keyPlace)
      }
      return result
    }
    if (isSeq(node)) return node.items.map((item, index) => walk(item, [...path, index], here))
    if (!isScalar(node)) return null
    if (typeof node.value !== 'string') return typeof node.value === 'bigint' ? Number(node.value) : node.value
    const expanded = expandVariables(node.value, env)
    for (const message of expanded.faults) faults.push({ ...here, path: pathText(path), message })
    if (expanded.names.length > 0) variables.set(keyOf(path), expanded.names)
    return expanded.text
  }
  const value = walk(document?.contents ?? null, [], { line: 1, column: 1 })
  faults.push(...twice)
  return finish(twice.length > 0 ? undefined : value)
}

function plainKey(node: unknown): string | null {
  if (!isScalar(node)) return null
  const { value, source } = node as Scalar
  if (typeof value === 'string') return value === '__proto__' ? null : value
  return value === null || value === undefined ? null : (source ?? String(value))
}

type YamlDocument = Document.Parsed<ParsedNode, true>

/**
 * Text given by people → a YAML document, or why it is none. Measured before it is parsed: the library's lexer takes a
 * megabyte of anything in half a second, what comes after it grows with depth and width, and recurses.
 */
interface YamlText {
  /** Null where there are faults. */
  readonly document: YamlDocument | null
  readonly faults: readonly PlacedFault[]
  /** Offset in the text → its place. */
  position(offset: number): Position
}

export const MAX_BYTES = 1024 * 1024
/** Words, signs, blanks between them and line ends. A short mapping has 15, one with every setting about 100. */
const MAX_TOKENS = 100_000
const MAX_DEPTH = 60
/** Faults beyond these no one reads, and every status would carry them. */
export const MOST_TOLD = 100

/** Never throws, and looks at no more of the text than the limits allow. Keys that stand twice are left to the reader. */
export function parseYaml(text: string): YamlText {
  const lines = new LineCounter()
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const refused = (...faults: readonly PlacedFault[]): YamlText => ({ document: null, faults, position })

  const refusal = refuseText(text) ?? tooMany(text)
  if (refusal !== null) return refused(refusal)
  const tokens = [...new Parser(lines.addNewLine).parse(text)]
  const deep = tooDeep(tokens)
  if (deep !== null) return refused({ ...position(deep), path: '', message: TOO_DEEP })

  // Unique keys are compared one with another in the library: a quadratic look at a file of many keys.
  const options = { lineCounter: lines, prettyErrors: false, stringKeys: false, uniqueKeys: false } as const
  const composer = new Composer<ParsedNode, true>(options)
  let document: YamlDocument | null = null
  for (const each of composer.compose(tokens, true, text.length)) {
    if (document !== null)
      return refused({ ...position(each.range[0]), path: '', message: yamlMessage('MULTIPLE_DOCS', '') })
    document = each
  }
  const errors = document === null ? [] : [...document.errors, ...document.warnings]
  if (errors.length === 0) return { document, faults: [], position }
  const faults = errors.slice(0, MOST_TOLD).map(({ pos: [at], code, message }) => ({
    ...position(at),
    path: '',
    message: yamlMessage(code, message),
  }))
  return refused(...faults)
}

const TOO_DEEP = `Nested more than ${MAX_DEPTH} levels deep; nothing in this file needs that.`

function refuseText(text: string): PlacedFault | null {
  const start = { line: 1, column: 1, path: '' }
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_BYTES)
    return {
      ...start,
      message: 'The file has more than 1 MiB; this is not a configuration of this program.',
    }
  if (text.includes('\0')) return { ...start, message: 'The file holds NUL bytes; save it as UTF-8 text.' }
  if (text.includes('\uFFFD')) return { ...start, message: 'The file is not UTF-8 text; save it as UTF-8.' }
  return null
}

/** Too many tokens, or brackets in brackets: where that begins. */
function tooMany(text: string): PlacedFault | null {
  let tokens = 0
  let depth = 0
  for (const { token, offset, isScalar } of lexed(text)) {
    tokens++
    if (!isScalar && (token === '[' || token === '{')) depth++
    else if (!isScalar && (token === ']' || token === '}')) depth = Math.max(0, depth - 1)
    const message =
      tokens > MAX_TOKENS
        ? `More than ${MAX_TOKENS} words and signs up to here; no configuration needs so many: give several datasets one entry with recursive: true, or run a second witness.`
        : TOO_DEEP
    if (tokens > MAX_TOKENS || depth > MAX_DEPTH) return { ...placeIn(text, offset), path: '', message }
  }
  return null
}

function placeIn(text: string, offset: number): Position {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}

/** The offset of the first thing that is nested too deep, or null. A list of its own, for the text decides how deep it goes. */
function tooDeep(tokens: readonly CST.Token[]): number | null {
  const open: { readonly token: CST.Token; readonly depth: number }[] = tokens.map((token) => ({ token, depth: 0 }))
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next
    if (depth > MAX_DEPTH && 'offset' in token) return token.offset
    if (token.type === 'document' && token.value) open.push({ token: token.value, depth })
    if (!('items' in token)) continue
    for (const { key, value } of token.items)
      for (const part of [key, value]) if (part) open.push({ token: part, depth: depth + 1 })
  }
  return null
}

/** In our words, or the library's own without what they quote from the file: that may be a secret. */
function yamlMessage(code: string, text: string): string {
  if (code === 'TAB_AS_INDENT') return 'A tab indents this line; YAML takes spaces only.'
  if (code === 'MULTIPLE_DOCS') return 'A second document begins here (---); keep everything in one.'
  if (code === 'TAG_RESOLVE_FAILED') return 'A tag that is not known; a value that begins with ! must stand in quotes.'
  if (code === 'BAD_DQ_ESCAPE')
    return 'After this \\ something else must follow; write \\\\ for it, or single quotes around the value.'
  const first = (text.split('\n')[0] ?? text).trim().replace(/(?<=[\w)])(?:: | ["']).*$/, '')
  return `Not valid YAML: ${first.replace(/\.$/, '')}.`
}

interface Expanded {
  readonly text: string
  /** Variables that were put in, in order. */
  readonly names: readonly string[]
  readonly faults: readonly string[]
}

const EXAMPLE = '$' + '{NAME}'

/**
 * `${NAME}` in a text value, `$$` for a dollar sign. Done after YAML is parsed, so that no value can add keys to the file.
 * A lone `$` is refused instead of guessed at. An empty variable counts as set.
 */
function expandVariables(text: string, env: Readonly<Record<string, string | undefined>>): Expanded {
  // A hash that `zwitness user hash` printed is full of dollar signs and never holds a variable.
  if (ARGON2_HASH.test(text)) return { text, names: [], faults: [] }
  const names: string[] = []
  const faults: string[] = []
  const result = text.replaceAll(
    /\$(\$|\{([^}]*)\}?)?/g,
    (whole: string, rest: string | undefined, name: string | undefined) => {
      if (rest === '$') return '$'
      if (name === undefined) {
        faults.push(
          `A lone $ stands here; write ${EXAMPLE} for a variable of the environment, or $$ for a dollar sign.`,
        )
        return whole
      }
      // What follows the name may be a default, and a secret.
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || !whole.endsWith('}')) {
        faults.push(
          `\${${/^\w*/.exec(name)?.[0]}…} is not a variable; write \${NAME} with letters, digits and _ only (defaults as in \${NAME:-x} are not known here).`,
        )
        return whole
      }
      const value = Object.hasOwn(env, name) ? env[name] : undefined
      if (value === undefined) {
        faults.push(
          `The variable ${name} is not set in the environment of the service; set it, or write the value here.`,
        )
        return whole
      }
      names.push(name)
      return value
    },
  )
  return { text: result, names, faults }
}

/** Marks of the lexer that stand for no character of the text; this one comes before a scalar. */
const SCALAR = '\x1f'
const MARKS: ReadonlySet<string> = new Set(['\x02', '\x18', SCALAR])

interface Lexed {
  readonly token: string
  /** Where it begins. */
  readonly offset: number
  /** A value or a key: what it begins with is no sign of YAML. */
  readonly isScalar: boolean
}

/** The tokens of YAML, one after the other, as far as someone wants them. Takes any text, in a time that grows with its length. */
export function* lexed(text: string): Generator<Lexed> {
  let offset = 0
  let isScalar = false
  for (const token of new Lexer().lex(text)) {
    if (MARKS.has(token)) {
      isScalar = token === SCALAR
      continue
    }
    yield { token, offset, isScalar }
    isScalar = false
    offset += token.length
  }
}
