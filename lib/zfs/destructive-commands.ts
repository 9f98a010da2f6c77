import { type Argv, bookmarkOperand, datasetOperand, snapshotOperand, type ZfsCommand } from './operand.ts'

/*
 * The only commands of this product that destroy anything. They stand apart from all others on purpose: one planner
 * uses them (lib/replication/plan/in-place.ts), for the one plan that a person has to confirm by typing the dataset's name.
 */

/** As many names as one command may have; a line of them stays far below what a shell takes. */
const NAMES_AT_ONCE = 50

/** Destroys exactly these snapshots of one dataset, oldest first. Needs `destroy` (with `mount`). */
export function destroySnapshots(zfs: ZfsCommand, dataset: string, names: readonly string[]): readonly Argv[] {
  const commands: Argv[] = []
  for (let from = 0; from < names.length; from += NAMES_AT_ONCE) {
    const some = names.slice(from, from + NAMES_AT_ONCE)
    for (const name of some) snapshotOperand(`${dataset}@${name}`)
    // ZFS takes a list behind one @; a comma or a percent sign, which would mean more than a name, is in no name.
    commands.push([...zfs, 'destroy', `${dataset}@${some.join(',')}`])
  }
  return commands
}

/** Destroys this bookmark. Needs `destroy`. */
export function destroyBookmark(zfs: ZfsCommand, bookmark: string): Argv {
  return [...zfs, 'destroy', bookmarkOperand(bookmark)]
}

/**
 * Undoes every write after this snapshot. Without `-r`: ZFS refuses where a later snapshot or bookmark is left, so nothing
 * goes that was not destroyed by its name before. Needs `rollback` (with `mount`).
 */
export function rollback(zfs: ZfsCommand, snapshot: string): Argv {
  return [...zfs, 'rollback', snapshotOperand(snapshot)]
}

/** Discards a stored partial receive, and nothing else. Needs `destroy`. */
export function discardPartial(zfs: ZfsCommand, dataset: string): Argv {
  return [...zfs, 'receive', '-A', datasetOperand(dataset)]
}
