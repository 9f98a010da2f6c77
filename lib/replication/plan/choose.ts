import { divergenceOf, isDiverged } from '../divergence.ts'
import { chooseStream } from '../encryption.ts'
import { unusablePool } from '../pool-health.ts'
import { say } from '../sentences.ts'
import { halfDoneSwap } from '../swap.ts'
import { partialReceive } from '../token.ts'
import type { Comparison, PresentSide } from '../types.ts'
import { wordsFor } from '../words.ts'
import { catchUp } from './catch-up.ts'
import { impossible, type PlanDraft, type PlanInput, stepless } from './draft.ts'
import { busy, resume, tokenUnread } from './resume.ts'
import { seed } from './seed.ts'
import { finishSwap, setAsideRemainder, setAsideReseed, setAsideRewind } from './set-aside.ts'
import type { Route } from './transfer.ts'

/** What would repair it. In this order: what cannot be seen, what must be finished first, then what can be sent. */
export function choose(input: PlanInput): PlanDraft {
  const { inventory, mapping, policy, comparison } = input
  const { primary, backup } = inventory
  const words = wordsFor(mapping, input.options.timezone)
  if (input.verdict.reason.code === 'RETIRED') return stepless('NOTHING', input.verdict.reason.message)
  if (primary.state === 'unknown')
    return impossible(
      'UNKNOWN_STATE',
      unread(mapping.primary.host, primary.fault.message),
      'Check again when it answers.',
    )
  if (backup.state === 'unknown')
    return impossible(
      'UNKNOWN_STATE',
      unread(mapping.backup.host, backup.fault.message),
      'Check again when it answers.',
    )
  const pool = unusablePool(inventory)
  if (pool !== null) {
    const { message, action } = say('POOL_UNAVAILABLE', words, pool)
    return impossible('POOL_UNAVAILABLE', message, action ?? '')
  }
  const swap = halfDoneSwap(inventory)
  if (swap !== null) return finishSwap(input, swap)
  if (primary.state !== 'present') {
    const { message, action } = say('PRIMARY_DATASET_MISSING', words, { backupSnapshots: null })
    return impossible('PRIMARY_DATASET_MISSING', message, action ?? '')
  }
  if (comparison === null) return impossible('UNKNOWN_STATE', 'The two sides could not be compared.', 'Check again.')
  const there = backup.state === 'present' ? backup : null
  const stream = chooseStream(policy, primary.facts, there?.facts ?? null)
  const route = { mapping, zfs: input.options.zfsCommands, options: stream.options }

  const partial = there === null ? null : partialPlan(input, primary, there, comparison, route)
  if (partial !== null) return partial
  if (comparison.eligibleCount === 0) {
    const { message, action } = say('PRIMARY_EMPTY', words, {
      primarySnapshots: comparison.primarySnapshots,
      tooYoung: 0,
    })
    return impossible('PRIMARY_EMPTY', message, action ?? '')
  }
  if (there !== null && comparison.base === null) return setAsideReseed(input, comparison)
  const { base } = comparison
  if (base !== null) {
    const divergence = divergenceOf(inventory, comparison, stream.options.raw)
    if (isDiverged(divergence)) return setAsideRewind(input, comparison, base, divergence)
    if (comparison.behind.length === 0)
      return stepless('NOTHING', `${mapping.backup.host} has everything that policy wants; there is nothing to do.`)
  }
  if (stream.mismatch !== null) {
    const { message, action } = say('ENCRYPTION_MISMATCH', words, {
      why: stream.mismatch,
      keyStatus: primary.facts.keyStatus,
    })
    return impossible('ENCRYPTION_MISMATCH', message, action ?? '')
  }
  return base === null ? seed(input, primary, comparison, route) : catchUp(input, primary, comparison, base, route)
}

/** A stored partial receive comes before everything else: it blocks every other receive. Null where there is none. */
function partialPlan(
  input: PlanInput,
  primary: PresentSide,
  backup: PresentSide,
  comparison: Comparison,
  route: Route,
): PlanDraft | null {
  const { inventory, memory, options, verdict } = input
  const token = backup.facts.receiveResumeToken
  if (token === null) return null
  // The judge saw the memory from before this look; whether the token moves stands in its verdict.
  if (!options.ownToken && verdict.reasons.some((each) => each.code === 'BUSY')) return busy(input)
  const partial = partialReceive(inventory, memory, true)
  if (partial.state === 'stale') return setAsideRemainder(input, comparison, partial.because)
  const facts = inventory.token
  if (facts === null || 'unusable' in facts) return tokenUnread(input, facts === null ? null : facts.text)
  if (comparison.backupWritten > 0 && comparison.base !== null) {
    return setAsideRewind(input, comparison, comparison.base, divergenceOf(inventory, comparison, false))
  }
  return resume(input, primary, comparison, facts, token, route)
}

function unread(host: string, message: string): string {
  return `${host} could not be read: ${message}`
}
