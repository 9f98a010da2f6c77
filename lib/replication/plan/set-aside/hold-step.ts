import { hold } from '#lib/zfs/write-commands.ts'
import { type CommandsDraft, optionalStep, type PlanInput } from '../draft.ts'
import { bytesOf, inCommands } from '../lines.ts'

/** The tag of our holds. */
export const HOLD_TAG = 'zwitness'

/**
 * Keeps the set-aside's own snapshots from other tools' retention: one command a line, each for as many as it can name. ZFS
 * holds one after the other whatever becomes of the others, so a line of which a part is done already does the rest. Empty
 * where the set-aside has none, or the right is missing.
 */
export function holdSteps(input: PlanInput, aside: string, snapshots: readonly string[]): readonly CommandsDraft[] {
  const known = input.inventory.rights
  // What was delegated on the backup goes along with it.
  const rights = known?.onBackup ?? known?.backup ?? null
  if (snapshots.length === 0 || (rights !== null && rights !== 'all' && !rights.has('hold'))) return []
  const { host } = input.mapping.backup
  const zfs = input.options.zfsCommands.backup
  const names = snapshots.map((name) => `${aside}@${name}`)
  const groups = inCommands(names, bytesOf(hold(zfs, HOLD_TAG, names.slice(0, 1))))
  const many = snapshots.length === 1 ? 'snapshot' : `${snapshots.length} snapshots`
  return groups.map((some, index) => {
    const part = groups.length === 1 ? '' : ` (${index + 1} of ${groups.length})`
    const title = `Hold the ${many} of the set-aside against other tools' retention${part}`
    return optionalStep('hold', host, title, hold(zfs, HOLD_TAG, some))
  })
}
