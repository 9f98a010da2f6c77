import {
  beginBytes,
  decodeBegin,
  readRecordHeader,
  recordBytes,
  recordType,
  type StreamDescription,
} from '../stream/format.ts'
import type { StreamInput } from '../stream/input.ts'
import { Failure } from '../words/fail.ts'

/** What a `zfs receive` was asked to do. */
export interface ReceiveRequest {
  /** The dataset to receive into. */
  readonly target: string
  /** Name for the snapshot, where the command line gives one. */
  readonly snapshotName: string | null
  readonly force: boolean
  readonly resumable: boolean
  readonly unmounted: boolean
  readonly verbose: boolean
  readonly dryRun: boolean
  /** `-o`. */
  readonly properties: ReadonlyMap<string, string>
  /** `-x`. */
  readonly excluded: ReadonlySet<string>
}

/** How the message of a failure begins. */
export function actionOf(kind: StreamDescription['kind']): string {
  switch (kind) {
    case 'full':
      return 'cannot receive new filesystem stream'
    case 'incremental':
      return 'cannot receive incremental stream'
    case 'resume':
      return 'cannot receive resume stream'
    default:
      return 'cannot receive'
  }
}

/** The next BEGIN, or null at the END of a `-I`. `expected`: in the midst of one. */
export async function readBegin(
  input: StreamInput,
  expected: boolean,
  target: string,
  targetExists: () => boolean,
): Promise<StreamDescription | null> {
  const cut = new Failure('cannot receive: failed to read from stream')
  let head: Uint8Array
  if (expected) {
    const first = (await input.read(recordBytes)).slice()
    if (first.length < recordBytes) throw cut
    // A BEGIN and a record begin with the same magic; only the END of the whole is as long as a record.
    const record = readRecordHeader(first)
    if (record?.type === recordType.end && record.length === 0) return null
    const rest = await input.read(beginBytes - recordBytes)
    head = new Uint8Array([...first, ...rest])
  } else head = (await input.read(beginBytes)).slice()
  if (head.length < beginBytes) throw cut
  const header = decodeBegin(head)
  if (!header) throw new Failure('cannot receive: invalid stream (bad magic number)')
  const body = await input.read(header.bodyLength)
  // An END that was garbled into a BEGIN has no body, and the checksum of nothing is right.
  if (body.length === 0 || body.length < header.bodyLength || Bun.hash.crc32(body) !== header.checksum) {
    const missing = targetExists() ? '' : `cannot open '${target}': dataset does not exist\n`
    throw new Failure(`${missing}${actionOf(header.kind)}: invalid backup stream`)
  }
  return JSON.parse(new TextDecoder().decode(body))
}
