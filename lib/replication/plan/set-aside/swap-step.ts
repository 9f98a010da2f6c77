import { type Argv, rename, setCanmount, setReadonly } from '#lib/zfs/commands.ts'
import type { DatasetType } from '#lib/zfs/types.ts'
import type { ChildDataset, Found } from '../../types.ts'
import type { CommandsDraft, PlanInput } from '../draft.ts'

export interface Swap {
  /** The dataset to be moved away, with its type; null: it is away already. */
  readonly away: { readonly type: DatasetType; readonly canmount: Canmount } | null
  readonly aside: string
  /** What takes its place; null: it is in place already. */
  readonly replacement: { readonly name: string; readonly type: DatasetType } | null
  /** Direct children that go back, named as below the backup. */
  readonly children: readonly ChildDataset[]
  /** `canmount` of the backup afterwards; null: a volume, or it stays as it is. */
  readonly canmount: Canmount
  /** Of the set-aside too: it is a file system that could mount itself. */
  readonly quietAside: boolean
  readonly expects: readonly Found[]
}
export type Canmount = 'on' | 'off' | 'noauto' | null

/**
 * The renames, in one line on the backup's host, which ends also when the witness dies meanwhile. `canmount` comes last:
 * neither the set-aside nor a half-placed replacement may mount itself at the next boot in the backup's place.
 */
export function swapStep({ mapping, options }: PlanInput, swap: Swap): CommandsDraft {
  const { host, dataset } = mapping.backup
  const zfs = options.zfsCommands.backup
  const commands: Argv[] = []
  if (swap.away !== null) commands.push(rename(zfs, swap.away.type, dataset, swap.aside))
  if (swap.replacement !== null)
    commands.push(rename(zfs, swap.replacement.type, swap.replacement.name, dataset), setReadonly(zfs, dataset))
  for (const child of swap.children) {
    const below = child.name.slice(dataset.length)
    commands.push(rename(zfs, child.type, `${swap.aside}${below}`, child.name))
  }
  if (swap.quietAside) commands.push(setCanmount(zfs, swap.aside, 'noauto'))
  if (swap.canmount !== null && swap.canmount !== 'noauto') commands.push(setCanmount(zfs, dataset, swap.canmount))
  const kids = swap.children.length === 0 ? '' : `, its ${swap.children.length} children back below it`
  const title = `Swap: ${dataset} to ${swap.aside}, the new line in its place${kids}`
  return {
    kind: 'commands',
    role: 'swap',
    title,
    host,
    commands: commands.map((argv) => ({ host, argv })),
    expects: swap.expects,
    optional: false,
    estimateBytes: null,
    ifInterrupted: 'completed at next start',
  }
}
