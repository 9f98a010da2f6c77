import { datasetOperand, snapshotOperand } from './operand.ts'
import type { Argv, ZfsCommand } from './zfs-command.ts'

/*
 * What a person would run to have a dataset back from its backup, under a new name. Only shown, never run from here: the
 * witness's logins may not send from a backup, nor receive on a primary.
 */

export interface RestoreStream {
  /** `pool/ds@snap` on the backup. */
  readonly to: string
  /** Full name of an older snapshot: everything after it, up to `to`. Null: `to` as a whole. */
  readonly after: string | null
  /** An encrypted dataset as it is, without its key. */
  readonly raw: boolean
}

export function sendBack(zfs: ZfsCommand, { to, after, raw }: RestoreStream): Argv {
  const from = after === null ? [] : ['-I', snapshotOperand(after)]
  return [...zfs, 'send', '-L', '-c', ...(raw ? ['-w'] : []), ...from, snapshotOperand(to)]
}

/** Into a dataset that does not exist yet (or the one that the stream before it made); never `-F`. */
export function receiveBack(zfs: ZfsCommand, dataset: string): Argv {
  return [...zfs, 'receive', '-s', '-u', datasetOperand(dataset)]
}
