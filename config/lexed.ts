import { Lexer } from 'yaml'

/** Marks of the lexer that stand for no character of the text; this one comes before a scalar. */
const SCALAR = '\x1f'
const MARKS: ReadonlySet<string> = new Set(['\x02', '\x18', SCALAR])

export interface Lexed {
  readonly token: string
  /** Where it begins. */
  readonly offset: number
  /** A value or a key: what it begins with is no sign of YAML. */
  readonly isScalar: boolean
}

/** The tokens of YAML, one after the other, as far as somebody wants them. Takes any text, in a time that grows with its length. */
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
