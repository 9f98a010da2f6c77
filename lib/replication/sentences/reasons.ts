import { HEALTHS } from '#lib/text/ranks.ts'
import { type Health, REASONS, type Reason, type ReasonCode } from '../types/reason.ts'
import type { Words } from '../words.ts'
import { brokenSentences, unknownSentences } from './broken-and-unknown.ts'
import type { Evidence } from './evidence.ts'
import { healthySentences, noteSentences } from './healthy-and-notes.ts'
import type { Sentence, Sentences } from './sentence.ts'
import { backupSentences, chainSentences, repairSentences } from './warnings.ts'

/** Worst first, and within a severity in the order of the catalogue. */
const RANKS = [...HEALTHS, 'NOTE'] as const
const CATALOGUE = RANKS.flatMap((severity) => REASONS[severity].map((code) => ({ code, severity })))
const PLACE = new Map<ReasonCode, number>(CATALOGUE.map(({ code }, place) => [code, place]))
const SEVERITY = new Map<ReasonCode, Health | 'NOTE'>(CATALOGUE.map(({ code, severity }) => [code, severity]))

export function severityOf(code: ReasonCode): Health | 'NOTE' {
  const severity = SEVERITY.get(code)
  if (severity === undefined)
    throw new Error(`${code} is not in the catalogue of reasons: add it to REASONS in types.ts.`)
  return severity
}

export function reason<C extends ReasonCode>(words: Words, code: C, evidence: Evidence<C>): Reason {
  const { message, action } = say(code, words, evidence)
  return { code, severity: severityOf(code), message, action, evidence }
}

/** Worst first, notes last; of two with one code (both pools degraded) both stay. */
export function worstFirst(reasons: readonly Reason[]): readonly Reason[] {
  // By the severity that the reason itself has: policy can make a note of one.
  return reasons.toSorted((a, b) => rankOf(a) - rankOf(b) || (PLACE.get(a.code) ?? 0) - (PLACE.get(b.code) ?? 0))
}

function rankOf({ severity }: Reason): number {
  return RANKS.indexOf(severity)
}

/** The health that the reasons amount to; notes never are the status. Null where there are only notes, or none. */
export function healthOf(sorted: readonly Reason[]): Health | null {
  const severity = sorted[0]?.severity
  return severity === undefined || severity === 'NOTE' ? null : severity
}

const sentences: Sentences<ReasonCode> = {
  ...brokenSentences,
  ...unknownSentences,
  ...backupSentences,
  ...chainSentences,
  ...repairSentences,
  ...healthySentences,
  ...noteSentences,
}

/** The sentence and the next step of a reason, from its evidence alone: the same on every surface. */
export function say<C extends ReasonCode>(code: C, words: Words, evidence: Evidence<C>): Sentence {
  return sentences[code](words, evidence)
}
