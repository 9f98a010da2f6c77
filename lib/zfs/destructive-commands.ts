import { datasetOperand, snapshotOperand } from './operand.ts'
import type { Argv, ZfsCommand } from './zfs-command.ts'

/*
 * The only three commands of this product that destroy anything. They stand apart from all others on purpose: one planner
 * uses them (lib/replication/plan/in-place.ts), for the one plan that a person has to confirm by typing the dataset's name.
 */

/** Rolls back to the newest snapshot in common, destroying every later snapshot and write, and then receives. Needs `receive`. */
export function receiveForced(zfs: ZfsCommand, dataset: string): Argv {
  return [...zfs, 'receive', '-s', '-u', '-F', datasetOperand(dataset)]
}

/** Destroys every snapshot and bookmark after this one, and every later write. Needs `rollback` (with `mount`) and `destroy`. */
export function rollback(zfs: ZfsCommand, snapshot: string): Argv {
  return [...zfs, 'rollback', '-r', snapshotOperand(snapshot)]
}

/** Discards a stored partial receive, and nothing else. Needs `destroy`. */
export function discardPartial(zfs: ZfsCommand, dataset: string): Argv {
  return [...zfs, 'receive', '-A', datasetOperand(dataset)]
}
