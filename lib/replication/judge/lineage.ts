import { holdsWhatPrimaryLacks } from '../divergence.ts'
import { newestOf } from '../order.ts'
import type { Comparison, Inventory, Memory } from '../types.ts'
import type { Rule } from './context.ts'

/** How the primary stands to what was recorded of it. */
export type Lineage = 'same' | 'replaced' | 'rewound'

/**
 * Another dataset under the old name, or one whose newest createtxg has gone back: perhaps the primary is the one that
 * is wrong. It matters only where the backup holds something that following the primary could cost; deleting the newest
 * snapshot by hand, or moving the dataset by send and receive, is no alarm.
 */
export function lineageOf(inventory: Inventory, comparison: Comparison | null, memory: Memory): Lineage {
  const { primary, backup } = inventory
  if (memory.primary === null || primary.state !== 'present' || backup.state !== 'present' || comparison === null)
    return 'same'
  if (!holdsWhatPrimaryLacks(inventory, comparison)) return 'same'
  if (primary.facts.guid !== memory.primary.guid) return 'replaced'
  const newest = newestOf(primary.snapshots)?.createtxg ?? 0n
  return newest < BigInt(memory.primary.newestCreatetxg) ? 'rewound' : 'same'
}

export const lineageRule: Rule = ({ input, comparison, primary, tell }) => {
  const recorded = input.memory.primary
  if (recorded === null || primary === null) return []
  switch (lineageOf(input.inventory, comparison, input.memory)) {
    case 'same':
      return []
    case 'replaced':
      return [tell('PRIMARY_REPLACED', { recordedGuid: recorded.guid, guid: primary.facts.guid })]
    case 'rewound': {
      const newest = newestOf(primary.snapshots)?.createtxg.toString() ?? null
      return [tell('PRIMARY_REWOUND', { newestCreatetxgBefore: recorded.newestCreatetxg, newestCreatetxg: newest })]
    }
  }
}
