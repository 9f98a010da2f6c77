import { type OwnDatasetRole, parseOwnDatasetName } from '#lib/zfs/own-names.ts'
import { movableChildren } from './children.ts'
import type { Inventory, Sibling } from './types.ts'

/** A swap that was cut off, told from names and origins, its very last command from the journal; `state` says what is left. */
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
  for (const aside of asides) {
    const replacement = nextOf(aside.origin) ?? arrived(inventory, aside)
    if (replacement === undefined) continue
    const state = 'backup renamed away, replacement not in place' as const
    return { state, aside, replacement, datasets: [aside.name, replacement.name] }
  }
  return null
}

function notSetBack({ mapping, swapRecord }: Inventory, asides: readonly Sibling[]): HalfDoneSwap | null {
  const canmount = swapRecord?.canmount ?? null
  const aside = asides.find(({ name }) => name === swapRecord?.aside)
  if (canmount === null || aside === undefined) return null
  return { state: 'canmount not set back', aside, canmount, datasets: [mapping.backup.dataset, aside.name] }
}

/** A seed of the same run, whose first snapshot is there in full. */
function arrived(inventory: Inventory, aside: Sibling): Sibling | undefined {
  const stamp = parseOwnDatasetName(aside.name)?.stamp
  return ownSiblings(inventory, 'incoming').find((each) => {
    const complete = each.snapshots.length > 0 && each.receiveResumeToken === null
    return complete && parseOwnDatasetName(each.name)?.stamp === stamp
  })
}

function isUnfinished(aside: Sibling, { mapping, swap }: Inventory): boolean {
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
