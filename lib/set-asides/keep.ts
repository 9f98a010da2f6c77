import type { Sibling } from '#lib/replication/types/inventory.ts'
import type { SetAsideRole } from './set-aside.ts'
import type { Around } from './set-asides-of.ts'

/** Why the clean-up script leaves it alone, one sentence; null where it may go. The script itself looks again. */
export function whyKept(
  sibling: Sibling,
  role: SetAsideRole,
  { inventory, activeRunId, halfDone }: Pick<Around, 'inventory' | 'activeRunId' | 'halfDone'>,
  hasCommon: boolean,
): string | null {
  const { backup, mapping } = inventory
  if (activeRunId !== null) return `Run ${activeRunId} repairs ${mapping.backup.dataset} at this moment.`
  if (halfDone) return 'A swap was cut off half-way; finish it first.'
  if (role === 'incoming') return 'It is a seed that is not swapped in yet; a repair goes on with it.'
  if (backup.state !== 'present') return `${mapping.backup.dataset} itself is not there: this may be the only copy.`
  if (role === 'next' && sibling.origin === null) return 'It owns the history of the backup.'
  if (sibling.children.length > 0) return `${count(sibling.children.length)} below it; move or remove them first.`
  if (sibling.origin === null && !hasCommon)
    return `${mapping.backup.dataset} has nothing in common with its primary yet: this may be the better copy.`
  return null
}

function count(datasets: number): string {
  return datasets === 1 ? '1 dataset is' : `${datasets} datasets are`
}
