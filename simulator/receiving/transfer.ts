import type { Context } from '../cli/context.ts'
import { Failure } from '../cli/fail.ts'
import { dropPartial, saveProgress } from '../state/partial.ts'
import { emptyFilesystemBytes, shortage } from '../state/space.ts'
import { totalBytes } from '../stream/content.ts'
import { readRecordHeader, recordBytes, recordType, type StreamDescription } from '../stream/format.ts'
import type { StreamInput } from '../stream/input.ts'
import { tokenOf } from '../stream/token.ts'
import type { Admission } from './admit.ts'
import { findReceiving } from './finish.ts'
import { actionOf, type ReceiveRequest } from './request.ts'

/** How often the progress is put down, in ms: what a kill may cost. */
const saveEveryMs = 50

/** Takes the data of one snapshot; returns when its END has come, throws when it does not fit or does not come. */
export async function takeData(
  context: Context,
  request: ReceiveRequest,
  stream: StreamDescription,
  admission: Admission,
  input: StreamInput,
): Promise<void> {
  const { pool, dataset, partial } = admission
  const total = totalBytes(stream.extents)
  const lacking = shortage(pool, dataset, total)
  // Nearly all that fits is taken before ZFS notices.
  const limit = lacking === null ? Number.POSITIVE_INFINITY : Math.max(admission.have, Math.floor(total / 2))
  let bytes = admission.have
  let savedAt = context.now()
  for (;;) {
    const header = await readHeader(input)
    if (!header || (header.type === recordType.end && bytes !== total))
      throw interrupted(context, request, stream, admission, bytes)
    if (header.type === recordType.end) break
    const data = await input.read(header.length)
    if (data.length < header.length || Bun.hash.crc32(data) !== header.checksum) {
      throw interrupted(context, request, stream, admission, bytes)
    }
    bytes += data.length
    if (bytes > limit) {
      keep(context, request, admission, bytes - data.length)
      const action = actionOf(stream.kind)
      throw new Failure(
        lacking === 'quota'
          ? `${action}: destination ${request.target} space quota exceeded.`
          : `${action}: out of space`,
      )
    }
    if (context.now() - savedAt < saveEveryMs) continue
    saveProgress(context.store, pool, partial.id, bytes)
    savedAt = context.now()
  }
  saveProgress(context.store, pool, partial.id, bytes)
}

/** Reads the data of one snapshot without doing anything with it. */
export async function skipData(input: StreamInput): Promise<void> {
  for (;;) {
    const header = await readHeader(input)
    if (!header) throw new Failure('cannot receive: failed to read from stream')
    if (header.type === recordType.end) return
    await input.read(header.length)
  }
}

async function readHeader(input: StreamInput) {
  const bytes = await input.read(recordBytes)
  return bytes.length < recordBytes ? null : readRecordHeader(bytes)
}

/** Keeps what arrived for a resume, or forgets it without `-s`. */
export function keep(context: Context, request: ReceiveRequest, { pool, partial }: Admission, bytes: number): void {
  const { store } = context
  if (partial.resumable) saveProgress(store, pool, partial.id, bytes)
  store.transaction(() => {
    const place = findReceiving(context, request.target, partial.id)
    if (!place?.dataset.partial) return
    const { dataset } = place
    if (!partial.resumable) return dropPartial(store, place.pool, dataset)
    dataset.own += bytes - place.dataset.partial.booked
    place.dataset.partial.booked = bytes
    place.dataset.partial.owner = ''
    if (partial.fresh) dataset.refer = dataset.written = emptyFilesystemBytes + bytes
    place.pool.txg++
    store.touch(place.pool)
  })
}

function interrupted(
  context: Context,
  request: ReceiveRequest,
  stream: StreamDescription,
  admission: Admission,
  bytes: number,
): Failure {
  const action = actionOf(stream.kind)
  keep(context, request, admission, bytes)
  if (!admission.partial.resumable) return new Failure(`${action}: incomplete stream`)
  const place = findReceiving(context, request.target, admission.partial.id)
  const token = place && tokenOf(context.store, place.pool, place.dataset)
  return new Failure(
    [
      `${action}: checksum mismatch or incomplete stream.`,
      'Partially received snapshot is saved.',
      'A resuming stream can be generated on the sending system by running:',
      `    zfs send -t ${token}`,
    ].join('\n'),
  )
}
