import { splitSnapshot } from './names.ts'
import {
  type Argv,
  bookmarkOperand,
  datasetOperand,
  snapshotOperand,
  tokenOperand,
  type ZfsCommand,
} from './operand.ts'

/**
 * Where a stream begins. From a snapshot it may carry the snapshots between (`-I`) or not (`-i`); from a bookmark ZFS
 * can send one hop only, so `-I` from a bookmark cannot be written down here.
 */
export type SendFrom =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'snapshot'; readonly name: string; readonly between: boolean }
  | { readonly kind: 'bookmark'; readonly name: string }

export interface SendOptions {
  /** `-w`: an encrypted dataset stays encrypted. Raw and plain streams of one dataset cannot be mixed. */
  readonly raw: boolean
  /** `-L`. Once a dataset was received with it, later sends need it too. */
  readonly largeBlocks: boolean
  /** `-c`: blocks as they are compressed on disk. */
  readonly compressed: boolean
  /** `-e`: tiny blocks inside their pointers. */
  readonly embedded: boolean
}

export interface SendStream {
  /** `pool/ds@snap`: the newest snapshot that the stream carries. */
  readonly to: string
  readonly from: SendFrom
  readonly options: SendOptions
}

/*
 * `-p` and `-R` do not exist here: the first such stream that a dataset receives silently deletes its local properties,
 * and `-R` leaves out children without saying so.
 */

/** `-v -P`: once a second a line on stderr says how far it is. Needs `send`, and `hold` where `between` is true. */
export function send(zfs: ZfsCommand, stream: SendStream): Argv {
  return [...zfs, 'send', '-v', '-P', ...flags(stream.options), ...origin(stream), snapshotOperand(stream.to)]
}

/** The same stream, only estimated. Answer: `parseSendEstimate`. Needs no right. */
export function sendEstimate(zfs: ZfsCommand, stream: SendStream): Argv {
  return [...zfs, 'send', '-n', '-v', '-P', ...flags(stream.options), ...origin(stream), snapshotOperand(stream.to)]
}

/** The rest of an interrupted stream; what kind of stream it was stands in the token. */
export function sendResume(zfs: ZfsCommand, token: string): Argv {
  return [...zfs, 'send', '-v', '-P', '-t', tokenOperand(token)]
}

/** Answer: `parseResumeToken`, usable only if it ended with 0. A stale token ends with 255. Needs no right. */
export function resumeTokenFacts(zfs: ZfsCommand, token: string): Argv {
  return [...zfs, 'send', '-n', '-v', '-P', '-t', tokenOperand(token)]
}

function flags({ raw, largeBlocks, compressed, embedded }: SendOptions): readonly string[] {
  return [
    ...(raw ? ['-w'] : []),
    ...(largeBlocks ? ['-L'] : []),
    ...(embedded ? ['-e'] : []),
    ...(compressed ? ['-c'] : []),
  ]
}

function origin({ from, to }: SendStream): readonly string[] {
  const dataset = splitSnapshot(to)?.dataset ?? ''
  switch (from.kind) {
    case 'nothing':
      return []
    case 'snapshot':
      return [from.between ? '-I' : '-i', snapshotOperand(`${dataset}@${from.name}`)]
    case 'bookmark':
      return ['-i', bookmarkOperand(`${dataset}#${from.name}`)]
  }
}

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
