import type { Argv } from '#lib/zfs/operand.ts'
import type { DatasetType } from '#lib/zfs/types.ts'
import { promote, rename, setCanmount, setReadonly } from '#lib/zfs/write-commands.ts'
import type { ChildDataset, Found } from '../../types.ts'
import type { CommandsDraft, PlanInput } from '../draft.ts'
import { inLines } from '../lines.ts'

export interface Swap {
  /** The dataset to be moved away, with its type; null: it is away already. */
  readonly away: { readonly type: DatasetType } | null
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
  /** What the lines after the first one expect: by then the backup has moved. */
  readonly expectsThen: readonly Found[]
}
export type Canmount = 'on' | 'off' | 'noauto' | null

/**
 * The renames, in as few lines on the backup's host as their length allows; each ends also when the witness dies meanwhile,
 * and what is between two of them is told by names. The first has all that decides what stands in the backup's place and
 * keeps the set-aside from mounting itself there at the next boot; the backup's own `canmount` comes last.
 */
export function swapSteps({ mapping, options }: PlanInput, swap: Swap): readonly CommandsDraft[] {
  const { host, dataset } = mapping.backup
  const zfs = options.zfsCommands.backup
  const commands: Argv[] = []
  if (swap.away !== null) commands.push(rename(zfs, swap.away.type, dataset, swap.aside))
  if (swap.replacement !== null)
    commands.push(rename(zfs, swap.replacement.type, swap.replacement.name, dataset), setReadonly(zfs, dataset))
  if (swap.quietAside) commands.push(setCanmount(zfs, swap.aside, 'noauto'))
  for (const child of swap.children) {
    const below = child.name.slice(dataset.length)
    commands.push(rename(zfs, child.type, `${swap.aside}${below}`, child.name))
  }
  if (swap.canmount !== null && swap.canmount !== 'noauto') commands.push(setCanmount(zfs, dataset, swap.canmount))
  const lines = inLines(commands)
  const kids = swap.children.length
  const back = kids === 0 ? '' : `, its ${kids === 1 ? 'child' : `${kids} children`} back below it`
  const title = `Swap: ${dataset} to ${swap.aside}, the new line in its place${back}`
  return lines.map((line, index) => ({
    kind: 'commands',
    role: 'swap',
    title: lines.length === 1 ? title : `${title} (line ${index + 1} of ${lines.length})`,
    host,
    commands: line.map((argv) => ({ host, argv })),
    expects: index === 0 ? swap.expects : swap.expectsThen,
    optional: false,
    estimateBytes: null,
    ifInterrupted: 'completed at next start',
  }))
}

/**
 * The way back while nothing has been renamed: the backup is a clone of what the new line has taken over, and promoting it
 * gives it all of that again. `next`: the new line, with the snapshot that it owns as long as this is so.
 */
export function undoStep(
  { mapping, options }: PlanInput,
  backup: Found,
  next: { readonly name: string; readonly base: Found },
): CommandsDraft {
  const { host, dataset } = mapping.backup
  return {
    kind: 'commands',
    role: 'undo',
    title: `Undo, only if ZFS refuses the swap before its first rename: give ${dataset} its history back, as it was (${next.name} stays, and the next try uses it)`,
    host,
    commands: [{ host, argv: promote(options.zfsCommands.backup, dataset) }],
    expects: [backup, next.base],
    optional: false,
    estimateBytes: null,
    ifInterrupted: 'completed at next start',
  }
}
