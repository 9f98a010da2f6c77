import { decrypts, mismatchFacts } from './encryption.ts'
import type { PlanDraft, PlanInput } from './plan/draft.ts'
import { readable } from './sentences/readable.ts'
import { wordsFor } from './words.ts'

/** What a plan would make readable, and where; null: nothing that is encrypted on the primary. */
export function sentReadable(input: PlanInput, { steps }: Pick<PlanDraft, 'steps'>): string | null {
  if (!steps.some(({ kind }) => kind === 'transfer') || !decrypts(input)) return null
  return readable(wordsFor(input.mapping, input.options.timezone), mismatchFacts(input, 'not-decided'))
}

/** The same where no person has decided it yet for this backup: then nobody but a person begins it. */
export function undecided(input: PlanInput, plan: Pick<PlanDraft, 'steps'>): string | null {
  return input.line?.decrypted === true ? null : sentReadable(input, plan)
}
