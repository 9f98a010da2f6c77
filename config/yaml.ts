import { Composer, type CST, type Document, LineCounter, type ParsedNode, Parser } from 'yaml'
import type { PlacedFault, Position } from './document.ts'
import { lexed } from './lexed.ts'

type YamlDocument = Document.Parsed<ParsedNode, true>

/**
 * Text given by people → a YAML document, or why it is none. Measured before it is parsed: the library's lexer takes a
 * megabyte of anything in half a second, what comes after it grows with depth and width, and recurses.
 */
export interface YamlText {
  /** Null where there are faults. */
  readonly document: YamlDocument | null
  readonly faults: readonly PlacedFault[]
  /** Offset in the text → its place. */
  position(offset: number): Position
}

export const MAX_BYTES = 1024 * 1024
/** Words, signs, blanks between them and line ends. A short mapping has 15, one with every setting about 100. */
const MAX_TOKENS = 100_000
export const MAX_DEPTH = 60
/** Faults beyond these nobody reads, and every status would carry them. */
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

function yamlMessage(code: string, text: string): string {
  const first = (text.split('\n')[0] ?? text).trim().replace(/\.$/, '')
  if (code === 'TAB_AS_INDENT') return 'A tab indents this line; YAML takes spaces only.'
  if (code === 'MULTIPLE_DOCS') return 'A second document begins here (---); keep everything in one.'
  return `Not valid YAML: ${first}.`
}
