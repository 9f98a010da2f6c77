import { divergenceOf, isDiverged } from '../divergence.ts'
import { isRawLine } from '../encryption.ts'
import { SCHEDULE_SLACK } from '../foreign-activity.ts'
import type { JudgeInput } from '../types.ts'
import type { Rule } from './context.ts'

/** Bytes by which `written` of the backup grew since the last look; null where it did not, or there was no last look. */
export function grownBytes({ inventory, memory }: Pick<JudgeInput, 'inventory' | 'memory'>): number | null {
  if (inventory.backup.state !== 'present' || memory.backupWritten === null) return null
  const grown = inventory.backup.facts.written - memory.backupWritten.bytes
  return grown > 0 ? grown : null
}

/** What grew is a change of directories, as mounting a child makes: nobody's work. */
export function isNobodysWork({ inventory }: Pick<JudgeInput, 'inventory'>): boolean {
  return inventory.onlyDirectories === true
}

/** Epoch ms of the look that saw it grow, where that is less than an interval ago and what was written is still there. */
function grewLately({ inventory, memory, now, intervalSeconds }: JudgeInput): number | null {
  const grewAt = memory.backupWritten?.grewAt ?? null
  if (inventory.backup.state !== 'present' || inventory.backup.facts.written === 0 || grewAt === null) return null
  return now - grewAt < intervalSeconds * 1000 * SCHEDULE_SLACK ? Math.min(grewAt, now) : null
}

/** Perhaps a failover: somebody works on the backup. A backup that is itself replicated onwards is fine until it diverges. */
export const inUseRule: Rule = ({ input, comparison, backup, tell }) => {
  if (backup === null || backup.snapshots.length === 0) return []
  const grewBytes = grownBytes(input)
  const grewAt = isNobodysWork(input) ? null : grewBytes === null ? grewLately(input) : input.now
  const diverged =
    comparison !== null &&
    (comparison.base === null || isDiverged(divergenceOf(input.inventory, comparison, isRawLine(input))))
  const alsoPrimary = input.backupIsPrimaryElsewhere && diverged
  if (grewAt === null && !alsoPrimary) return []
  const { autoRepair, dryRun, onDiverged } = input.policy
  return [
    tell('BACKUP_IN_USE', {
      writtenBytes: backup.facts.written,
      grewBytes,
      grewAt,
      primaryOfAnotherMapping: input.backupIsPrimaryElsewhere,
      setsAside: !alsoPrimary && autoRepair && !dryRun && onDiverged !== 'ask' ? onDiverged : null,
    }),
  ]
}
