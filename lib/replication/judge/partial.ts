import { divergenceOf, isDiverged } from '../divergence.ts'
import { isRawLine } from '../encryption.ts'
import { foreignActivity, holdsBackSwap } from '../foreign-activity.ts'
import { partialReceive } from '../token.ts'
import type { Reason } from '../types.ts'
import type { Rule } from './context.ts'

/** A receive that runs is BUSY, one that stands still is PARTIAL_RECEIVE. */
export const partialRule: Rule = ({ input, tell }) => {
  const partial = partialReceive(input, input.ownToken)
  if (partial.state === 'none') return []
  const { token } = input.inventory
  const known = token !== null && !('unusable' in token) ? token : null
  const toName = known?.toName ?? null
  const receivedBytes = known?.bytes ?? null
  if (partial.state === 'moving') return [tell('BUSY', { toName, receivedBytes, lately: null })]
  const unusable = partial.state === 'stale' ? partial.because : null
  const remainingBytes = known?.remainingBytes ?? null
  return [
    tell('PARTIAL_RECEIVE', {
      receivedBytes,
      remainingBytes,
      toName,
      unusable,
      unchangedLooks: partial.unchangedLooks,
    }),
  ]
}

/** A receive that is seen to run, not one that ran lately. */
export function isReceiving(reasons: readonly Reason[]): boolean {
  return reasons.some(({ code, evidence }) => code === 'BUSY' && evidence.lately == null)
}

/** Somebody else was at work on a backup that may have to be set aside: said, and waited for. */
export const foreignRule: Rule = ({ input, comparison, backup, tell }) => {
  if (backup === null || comparison === null || backup.snapshots.length === 0) return []
  const partial = partialReceive(input, input.ownToken)
  const diverged = comparison.base === null || isDiverged(divergenceOf(input.inventory, comparison, isRawLine(input)))
  if (partial.state === 'moving' || (partial.state === 'none' && !diverged)) return []
  const foreign = foreignActivity(input)
  if (foreign === null || !holdsBackSwap(foreign, input.now, input.intervalSeconds)) return []
  const { count, newest, taken = null, tool: replicator, replicated, at } = foreign
  const lately = { count, newest, taken, replicator, replicated, at }
  return [tell('BUSY', { toName: null, receivedBytes: null, lately })]
}
