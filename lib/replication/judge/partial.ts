import { partialReceive } from '../token.ts'
import type { Rule } from './context.ts'

/** A receive that runs is BUSY, one that stands still is PARTIAL_RECEIVE. */
export const partialRule: Rule = ({ input, tell }) => {
  const partial = partialReceive(input.inventory, input.memory, input.ownToken)
  if (partial.state === 'none') return []
  const { token } = input.inventory
  const known = token !== null && !('unusable' in token) ? token : null
  const toName = known?.toName ?? null
  const receivedBytes = known?.bytes ?? null
  if (partial.state === 'moving') return [tell('BUSY', { toName, receivedBytes })]
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
