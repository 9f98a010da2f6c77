import { type OwnDatasetRole, parseOwnDatasetName } from '#lib/zfs/names.ts'
import type { ChildDataset, Inventory, Sibling, SwapRecord } from './types/inventory.ts'

/** A swap that was cut off, recognised by names and origins, its very last command from the journal; `state` says what is left. */
export type HalfDoneSwap =
  /** The clone owns the common history, the backup still stands in its place. */
  | { readonly state: 'promoted, not renamed'; readonly next: Sibling; readonly datasets: readonly string[] }
  | {
      readonly state: 'backup renamed away, replacement not in place'
      readonly aside: Sibling
      readonly replacement: Sibling
      readonly datasets: readonly string[]
    }
  /** Children below the set-aside that belong below the backup, or a set-aside that could still mount itself. */
  | { readonly state: 'set-aside not finished'; readonly aside: Sibling; readonly datasets: readonly string[] }
  /** Everything is in its place, but by the journal the backup was to be mounted at boot again. */
  | {
      readonly state: 'canmount not set back'
      readonly aside: Sibling
      readonly canmount: 'on' | 'off'
      readonly datasets: readonly string[]
    }

/** Null where there is none, or where the datasets beside the backup were not read. */
export function halfDoneSwap(inventory: Inventory): HalfDoneSwap | null {
  const { backup, mapping } = inventory
  const { dataset } = mapping.backup
  const nexts = ownSiblings(inventory, 'next')
  const asides = ownSiblings(inventory, 'aside')
  const nextOf = (origin: string | null) => nexts.find(({ name }) => origin?.startsWith(`${name}@`) === true)

  if (backup.state === 'present') {
    const next = nextOf(backup.facts.origin)
    if (next !== undefined) return { state: 'promoted, not renamed', next, datasets: [dataset, next.name] }
    const aside = asides.find((each) => isUnfinished(each, inventory))
    if (aside !== undefined) return { state: 'set-aside not finished', aside, datasets: [aside.name] }
    return notSetBack(inventory, asides)
  }
  if (backup.state !== 'missing') return null
  // The newest: since the promote the older ones are clones of the new line as well.
  for (const aside of asides.toReversed()) {
    const replacement = nextOf(aside.origin) ?? arrived(inventory, aside)
    if (replacement === undefined) continue
    const state = 'backup renamed away, replacement not in place' as const
    return { state, aside, replacement, datasets: [aside.name, replacement.name] }
  }
  return null
}

/** What the journal says of the swap that made this set-aside. */
export function recordOf({ swapRecords }: Inventory, aside: string): SwapRecord {
  return swapRecords?.find((each) => each.aside === aside) ?? { aside, swap: 'unknown', canmount: null }
}

/** A look that had no reason to read the backup's own goes by the last one that did: a new line gets it with this command alone. */
function notSetBack(inventory: Inventory, asides: readonly Sibling[]): HalfDoneSwap | null {
  const { mapping } = inventory
  for (const aside of asides) {
    const { swap, canmount, backupCanmount } = recordOf(inventory, aside.name)
    if (swap !== 'open' || canmount === null) continue
    const now = inventory.swap == null ? backupCanmount : inventory.swap.canmount
    if (now !== undefined && now !== 'noauto') continue
    return { state: 'canmount not set back', aside, canmount, datasets: [mapping.backup.dataset, aside.name] }
  }
  return null
}

/** A seed whose first snapshot is there in full: of the same run, or the one that this swap was to bring in by the journal. */
function arrived(inventory: Inventory, aside: Sibling): Sibling | undefined {
  const stamp = parseOwnDatasetName(aside.name)?.stamp
  const complete = ownSiblings(inventory, 'incoming').filter((each) => {
    return each.snapshots.length > 0 && each.receiveResumeToken === null
  })
  const same = complete.find((each) => parseOwnDatasetName(each.name)?.stamp === stamp)
  return same ?? (recordOf(inventory, aside.name).swap === 'open' ? complete.at(-1) : undefined)
}

/**
 * By the journal, where it knows that swap: what is different since its end is someone's, and no swap. Without it (a lost
 * database) the names decide, unless the backup can mount itself: a new line is given that with the very last command.
 */
function isUnfinished(aside: Sibling, inventory: Inventory): boolean {
  const { mapping, swap } = inventory
  const { swap: known } = recordOf(inventory, aside.name)
  if (known === 'over' || known === 'settled') return false
  if (known === 'unknown' && swap?.canmount != null && swap.canmount !== 'noauto') return false
  if (aside.type === 'filesystem' && aside.canmount === 'on') return true
  const there = new Set(swap?.children.map(({ name }) => name))
  return leftBelow(aside, mapping.backup.dataset).some(({ name }) => !there.has(name))
}

/** Children of a set-aside that belong below the backup, by the names that they have there. */
export function leftBelow(aside: Sibling, dataset: string) {
  return movableChildren(aside.children, aside.name, aside.encryptionRoot).map((child) => {
    return { ...child, name: `${dataset}${child.name.slice(aside.name.length)}` }
  })
}

/** Own datasets beside this backup, by role, in the order of their runs. */
export function ownSiblings({ backupSiblings, mapping }: Inventory, role: OwnDatasetRole): readonly Sibling[] {
  const own = (backupSiblings ?? []).filter((sibling) => {
    const parsed = parseOwnDatasetName(sibling.name)
    return parsed !== null && parsed.role === role && parsed.of === mapping.backup.dataset
  })
  // One role, one dataset: only the stamp differs.
  return own.toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

/**
 * The children that can leave their parent. ZFS refuses it to those that have their key from somewhere that does not go
 * along: from the parent, or from beside them, as what a promote has set aside below it ("cannot move encrypted child
 * outside of its encryption root"). One that is its own root goes, and one that shares a root above the parent with it.
 */
export function movableChildren(
  children: readonly ChildDataset[],
  parent: string,
  parentRoot: string | null,
): readonly ChildDataset[] {
  return children.filter(
    ({ name, encryptionRoot }) =>
      encryptionRoot === null || encryptionRoot === name || (encryptionRoot === parentRoot && parentRoot !== parent),
  )
}

/**
 * Those that can leave the set-aside of a rewound backup. The promote makes the new line the root of all that had its key
 * from the backup, so these go along; what has its key from one of them does not.
 */
export function movableAfterPromote(
  children: readonly ChildDataset[],
  backup: string,
  backupRoot: string | null,
): readonly ChildDataset[] {
  const movable = new Set(movableChildren(children, backup, backupRoot))
  return children.filter((child) => movable.has(child) || (backupRoot === backup && child.encryptionRoot === backup))
}
