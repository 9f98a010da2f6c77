import { divergenceOf, isDiverged } from '../divergence.ts'
import { isRawLine } from '../encryption.ts'
import { halfDoneSwap, ownSiblings, recordOf } from '../swap.ts'
import type { Inventory, Sibling, SwapRecord } from '../types.ts'
import type { Rule } from './context.ts'

export const SET_ASIDE_LIMIT = 3
/** Of those that hold nothing: each still pins a snapshot and is something to look at. */
export const EMPTY_SET_ASIDE_LIMIT = 30

/**
 * The set-asides because of which no more is made; none: there is room. Those that hold nothing do not count among the
 * few: a tool that takes snapshots on the primary and removes them again makes one of each of its visits on a raw line.
 */
export function setAsidesAtLimit(inventory: Inventory): readonly Sibling[] {
  const all = ownSiblings(inventory, 'aside')
  const holding = all.filter(({ holdsNothing }) => holdsNothing !== true)
  if (holding.length >= SET_ASIDE_LIMIT) return holding
  return all.length >= EMPTY_SET_ASIDE_LIMIT ? all : []
}

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
  const setAsides = setAsidesAtLimit(input.inventory).map((sibling) => sibling.name)
  const needed = comparison.base === null || isDiverged(divergenceOf(input.inventory, comparison, isRawLine(input)))
  if (!needed || setAsides.length === 0) return []
  const limit = setAsides.length < EMPTY_SET_ASIDE_LIMIT ? SET_ASIDE_LIMIT : EMPTY_SET_ASIDE_LIMIT
  return [tell('SET_ASIDE_LIMIT', { setAsides, limit })]
}
