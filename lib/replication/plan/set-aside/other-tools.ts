import { replicatorOf } from '../../foreign-activity.ts'
import type { PresentSide } from '../../types.ts'
import type { PlanInput } from '../draft.ts'

/** What each replicator does to a backup that went its own way, and the options that keep it from that. */
const UNDOES: Readonly<Record<string, string>> = {
  syncoid:
    'syncoid receives with -F and rolls the backup back before it sends, with -R over clones too: run it with --no-rollback (or at least --no-clone-rollback), or leave this dataset to one of the two.',
  znapzend:
    'znapzend receives with -F, which takes the backup back to the common snapshot: run it with --forbidDestRollback, or leave this dataset to one of the two.',
  zrepl:
    'zrepl does not roll back; it stops at what it does not expect on the backup. Leave this dataset to one of the two.',
}

/**
 * What a set-aside means for whoever else sends into this backup: the snapshot that it keeps in place, by its name, with
 * the message that the other tool will print; and what that tool would undo. `base`: the snapshot of the backup that the
 * set-aside hangs on, null where it hangs on none.
 */
export function notesForOthers(
  { inventory, mapping }: PlanInput,
  backup: PresentSide,
  base: string | null,
): readonly string[] {
  const { host, dataset } = mapping.backup
  const { primary } = inventory
  const names = [...backup.snapshots, ...(primary.state === 'present' ? primary.snapshots : [])].map(({ name }) => name)
  const tools = [...new Set(names.map(replicatorOf))].filter((tool) => tool !== null)
  const owner = base === null ? null : replicatorOf(base)
  const pinned =
    base === null
      ? []
      : [
          `Until the set-aside is removed, ${dataset}@${base} on ${host} cannot be destroyed: ZFS says "snapshot has dependent clones" to ${owner === null ? 'whoever prunes it' : `${owner}, whose snapshot it is, at each of its runs`}, and its advice of \`-R\` would destroy the set-aside.`,
        ]
  return [...pinned, ...tools.flatMap((tool) => UNDOES[tool] ?? [])]
}
