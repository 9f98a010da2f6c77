import { parseOwnDatasetName } from '#lib/zfs/own-names.ts'
import type { Inventory, Sibling } from './types.ts'

/** A swap that was cut off, told from names and origins alone; `state` says what is left to do. */
export interface HalfDoneSwap {
  readonly state:
    | 'promoted, not renamed'
    | 'backup renamed away, replacement not in place'
    | 'children left below the set-aside'
  readonly datasets: readonly string[]
}

/** Null where there is none, or where the datasets beside the backup were not read. */
export function halfDoneSwap(inventory: Inventory): HalfDoneSwap | null {
  const { backup, mapping } = inventory
  const name = mapping.backup.dataset
  const own = (role: 'aside' | 'next') => ownSiblings(inventory, role)
  const nexts = own('next').map((sibling) => sibling.name)
  const isOfNext = (origin: string | null) => origin !== null && nexts.some((next) => origin.startsWith(`${next}@`))

  if (backup.state === 'present' && isOfNext(backup.facts.origin)) {
    return { state: 'promoted, not renamed', datasets: [name, ...nexts] }
  }
  const away = own('aside').find((aside) => isOfNext(aside.origin))
  if (backup.state === 'missing' && away !== undefined) {
    return { state: 'backup renamed away, replacement not in place', datasets: [away.name, ...nexts] }
  }
  const stranded = own('aside').find((aside) => aside.children > 0 && aside.origin?.startsWith(`${name}@`) === true)
  if (backup.state === 'present' && stranded !== undefined) {
    return { state: 'children left below the set-aside', datasets: [stranded.name] }
  }
  return null
}

/** Own datasets beside this backup, by role. */
export function ownSiblings({ backupSiblings, mapping }: Inventory, role: 'aside' | 'next'): readonly Sibling[] {
  return (backupSiblings ?? []).filter((sibling) => {
    const parsed = parseOwnDatasetName(sibling.name)
    return parsed !== null && parsed.role === role && parsed.of === mapping.backup.dataset
  })
}
