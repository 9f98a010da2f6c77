import { inRepairWindow, nextRepairWindow } from '../repair-window.ts'
import { halfDoneSwap } from '../swap.ts'
import type { Rule } from './context.ts'

/** Something to send, and the policy lets it start only at certain hours. Half a swap is finished at any. */
export const repairWindowRule: Rule = ({ input, comparison, tell }) => {
  const { policy, now, timezone } = input
  if (halfDoneSwap(input.inventory) !== null) return []
  if (policy.repairWindow === null || !policy.autoRepair || policy.dryRun) return []
  if (comparison === null || comparison.behind.length === 0 || inRepairWindow(policy.repairWindow, now, timezone))
    return []
  return [
    tell('WAITING_FOR_WINDOW', {
      window: policy.repairWindow.text,
      opensAt: nextRepairWindow(policy.repairWindow, now, timezone),
    }),
  ]
}
