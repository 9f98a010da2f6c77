import { Lexer } from 'yaml'

/** Marks of the lexer that stand for no character of the text; this one comes before a scalar. */
const SCALAR = '\x1f'
const MARKS: ReadonlySet<string> = new Set(['\x02', '\x18', SCALAR])

/** Where the text of a comment stands, without its `#`, wherever on a line it begins. A `#` in a value is none. */
export function commentRanges(text: string): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = []
  let offset = 0
  let scalar = false
  for (const token of new Lexer().lex(text)) {
    if (MARKS.has(token)) {
      scalar = token === SCALAR
      continue
    }
    if (!scalar && token.startsWith('#')) ranges.push([offset + 1, offset + token.length])
    scalar = false
    offset += token.length
  }
  return ranges
}
