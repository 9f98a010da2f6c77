import { hold } from '#lib/zfs/commands.ts'
import type { CommandsDraft, PlanInput } from '../draft.ts'

/** So many names in one command: far below what a command line can hold, whatever their length. */
const PER_COMMAND = 100
/** The tag of our holds. */
export const HOLD_TAG = 'zwitness'

/** Keeps the set-aside's own snapshots from other tools' retention. Null where it has none, or the right is missing. */
export function holdStep(input: PlanInput, aside: string, snapshots: readonly string[]): CommandsDraft | null {
  const known = input.inventory.rights
  // What was delegated on the backup goes along with it.
  const rights = known?.onBackup ?? known?.backup ?? null
  if (snapshots.length === 0 || (rights !== null && rights !== 'all' && !rights.has('hold'))) return null
  const { host } = input.mapping.backup
  const zfs = input.options.zfsCommands.backup
  const groups = Array.from({ length: Math.ceil(snapshots.length / PER_COMMAND) }, (_, index) =>
    snapshots.slice(index * PER_COMMAND, (index + 1) * PER_COMMAND),
  )
  return {
    kind: 'commands',
    role: 'hold',
    title: `Hold the ${snapshots.length === 1 ? 'snapshot' : `${snapshots.length} snapshots`} of the set-aside against other tools' retention`,
    host,
    commands: groups.map((names) => ({
      host,
      argv: hold(
        zfs,
        HOLD_TAG,
        names.map((name) => `${aside}@${name}`),
      ),
    })),
    expects: [],
    optional: true,
    estimateBytes: null,
    ifInterrupted: 'harmless',
  }
}
