import { divergenceOf, isDiverged } from '../divergence.ts'
import { halfDoneSwap, ownSiblings, recordOf } from '../swap.ts'
import type { SwapRecord } from '../types.ts'
import type { Rule } from './context.ts'

export const SET_ASIDE_LIMIT = 3

export const swapRule: Rule = ({ input, tell }) => {
  const half = halfDoneSwap(input.inventory)
  return half === null ? [] : [tell('HALF_DONE_SWAP', { state: half.state, datasets: half.datasets })]
}

const UNSURE: ReadonlySet<SwapRecord['swap']> = new Set(['unknown', 'settled'])

/** What the backup's `canmount` was before that swap is told by nothing on the SAN, so it is said and not guessed. */
export const canmountRule: Rule = ({ input, tell }) => {
  const { inventory } = input
  const aside = ownSiblings(inventory, 'aside').at(-1)
  if (inventory.backup.state !== 'present' || aside === undefined || halfDoneSwap(inventory) !== null) return []
  const { swap, backupCanmount } = recordOf(inventory, aside.name)
  const couldBe = backupCanmount === 'noauto' && aside.canmount === 'noauto'
  const isUnsure = inventory.swapRecords !== undefined && UNSURE.has(swap)
  return couldBe && isUnsure ? [tell('CANMOUNT_UNSURE', { setAside: aside.name })] : []
}

/** Said only where one more would be needed. */
export const setAsideLimitRule: Rule = ({ input, comparison, backup, tell }) => {
  if (backup === null || comparison === null) return []
  const setAsides = ownSiblings(input.inventory, 'aside').map((sibling) => sibling.name)
  const needed = comparison.base === null || isDiverged(divergenceOf(input.inventory, comparison, false))
  if (!needed || setAsides.length < SET_ASIDE_LIMIT) return []
  return [tell('SET_ASIDE_LIMIT', { setAsides, limit: SET_ASIDE_LIMIT })]
}
