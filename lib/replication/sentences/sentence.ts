import type { ReasonCode } from '../types.ts'
import type { Words } from '../words.ts'
import type { Evidence } from './evidence.ts'

/** What a reason says: one sentence, and the next step or null where nothing is to be done. */
export interface Said {
  readonly message: string
  readonly action: string | null
}
export type Sentence<C extends ReasonCode> = (words: Words, evidence: Evidence<C>) => Said
export type Sentences<C extends ReasonCode> = { readonly [K in C]: Sentence<K> }

/** `a, b, c and 7 more`. */
export function someOf(names: readonly string[], count: number): string {
  const shown = names.slice(0, 3)
  const more = count - shown.length
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

export function said(message: string, action: string | null = null): Said {
  return { message, action }
}
