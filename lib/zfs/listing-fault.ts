import { cleanLine } from './clean.ts'

/**
 * A line that is not what the host was asked for. It makes a listing worthless, never shorter; where every line says whose
 * it is, that is the listing of its own dataset only (`lib/san/own-lines.ts`).
 */
export interface ListingFault {
  /** Counted from 1. */
  readonly line: number
  /** The line, cleaned and cut for showing. */
  readonly text: string
  /** What is wrong with it, one sentence. */
  readonly reason: string
}

const SHOWN = 300

export function listingFault(line: number, text: string, reason: string): ListingFault {
  return { line, text: cleanLine(text, SHOWN), reason }
}

export const CUT_OFF = 'The listing does not end with a newline: it was cut off, so nothing in it counts.'
