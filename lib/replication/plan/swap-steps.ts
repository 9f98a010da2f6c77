import type { Argv } from '#lib/zfs/operand.ts'
import type { DatasetType } from '#lib/zfs/types.ts'
import { hold, mount, promote, rename, setCanmount, setReadonly, unmount } from '#lib/zfs/write-commands.ts'
import type { ChildDataset, PresentSide } from '../types/inventory.ts'
import type { Found } from '../types/plan.ts'
import { type CommandsDraft, optionalStep, type PlanInput } from './draft.ts'

interface Swap {
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
type Canmount = 'on' | 'off' | 'noauto' | null

/**
 * The renames, in as few lines on the backup's host as their length allows; each ends also when the witness dies meanwhile,
 * and what lies between two of them is recognised by names. The first has all that decides what stands in the backup's place and
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

/** The tag of our holds. */
const HOLD_TAG = 'zwitness'

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

interface MountSteps {
  readonly beforeSwap: readonly CommandsDraft[]
  readonly afterSwap: readonly CommandsDraft[]
  readonly notes: readonly string[]
}

/**
 * A rename leaves a mount where it is: what was mounted as the backup goes on to show the set-aside in its place. On Linux
 * only root can unmount, and never by force: where something uses it, ZFS refuses, and it stays as it is. A backup with
 * children is left alone: they would all be unmounted with it.
 */
export function mountSteps(input: PlanInput, { facts }: PresentSide): MountSteps {
  const { mapping, inventory, options } = input
  const { host, dataset } = mapping.backup
  if (facts.type !== 'filesystem' || !facts.mounted) return { beforeSwap: [], afterSwap: [], notes: [] }
  const shows = `until it is unmounted on ${host}, this path shows the set-aside`
  const swap = inventory.swap
  const isAlone = swap != null && swap.children.length === 0
  // Without its key, which a promote may take from memory, it could not be mounted again.
  const canBeMounted = swap != null && swap.canmount !== 'off' && facts.encryption === 'off'
  if (inventory.rights?.backup !== 'all' || !isAlone || !canBeMounted) {
    const note = `${dataset} is mounted and stays so, under its new name, where it was: ${shows}, not the backup.`
    return { beforeSwap: [], afterSwap: [], notes: [note] }
  }
  const zfs = options.zfsCommands.backup
  return {
    beforeSwap: [optionalStep('unmount', host, `Unmount ${dataset}, unless something uses it`, unmount(zfs, dataset))],
    afterSwap: [optionalStep('mount', host, `Mount ${dataset} again, if it was unmounted`, mount(zfs, dataset))],
    notes: [
      `${dataset} is mounted: it is unmounted for the swap, and mounted again after it. Where something uses it, it stays mounted: ${shows}.`,
    ],
  }
}

/**
 * What of a line the commands may take, in bytes: the ssh side sends 62 KiB at the most (lib/replication/swap-lines.test.ts holds
 * the two together). A line that has begun goes on to its end whatever becomes of the witness, so it is as long as may be.
 */
const LINE_BYTES = 56 * 1024

/** Commands in order, in as few lines as their length allows; at least one. */
export function inLines(commands: readonly Argv[]): readonly (readonly Argv[])[] {
  const lines: Argv[][] = [[]]
  let left = LINE_BYTES
  for (const command of commands) {
    const bytes = bytesOf(command)
    if (bytes > left && lines.at(-1)?.length !== 0) {
      lines.push([])
      left = LINE_BYTES
    }
    lines.at(-1)?.push(command)
    left -= bytes
  }
  return lines
}

/** Words of one list, in as many lists as fit into a command each beside `rest` other bytes. */
export function inCommands(words: readonly string[], rest: number): readonly (readonly string[])[] {
  const lists: string[][] = []
  let left = 0
  for (const word of words) {
    if (lists.length === 0 || bytesOfWord(word) > left) {
      lists.push([])
      left = LINE_BYTES - rest
    }
    lists.at(-1)?.push(word)
    left -= bytesOfWord(word)
  }
  return lists
}

/** In one line: its words, and what marks and joins it. */
function bytesOf(command: Argv): number {
  return command.reduce((sum, word) => sum + bytesOfWord(word), 16)
}

/** A word is quoted, and each of those two quotes again with the whole line; a quote of its own becomes long. */
function bytesOfWord(word: string): number {
  return word.length + 9 + 20 * (word.split("'").length - 1)
}
