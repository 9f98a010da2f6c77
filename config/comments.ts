import { lexed } from './lexed.ts'

/** Where the text of a comment stands, without its `#`, wherever on a line it begins. A `#` in a value is none. */
export function commentRanges(text: string): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = []
  for (const { token, offset, isScalar } of lexed(text))
    if (!isScalar && token.startsWith('#')) ranges.push([offset + 1, offset + token.length])
  return ranges
}
