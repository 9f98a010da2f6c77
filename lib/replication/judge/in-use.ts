import { divergenceOf, isDiverged } from '../divergence.ts'
import type { JudgeInput } from '../types.ts'
import type { Rule } from './context.ts'

/** Bytes by which `written` of the backup grew since the last look; null where it did not, or there was no last look. */
export function grownBytes({ inventory, memory }: Pick<JudgeInput, 'inventory' | 'memory'>): number | null {
  if (inventory.backup.state !== 'present' || memory.backupWritten === null) return null
  const grown = inventory.backup.facts.written - memory.backupWritten.bytes
  return grown > 0 ? grown : null
}

/** Perhaps a failover: somebody works on the backup. A backup that is itself replicated onwards is fine until it diverges. */
export const inUseRule: Rule = ({ input, comparison, backup, tell }) => {
  if (backup === null || backup.snapshots.length === 0) return []
  const grewBytes = grownBytes(input)
  const diverged =
    comparison !== null && (comparison.base === null || isDiverged(divergenceOf(input.inventory, comparison, false)))
  const alsoPrimary = input.backupIsPrimaryElsewhere && diverged
  if (grewBytes === null && !alsoPrimary) return []
  const writtenBytes = backup.facts.written
  return [tell('BACKUP_IN_USE', { writtenBytes, grewBytes, primaryOfAnotherMapping: input.backupIsPrimaryElsewhere })]
}
