import { rmSync } from 'node:fs'
import { rollbackTo } from '../changes/snapshot.ts'
import { type Context, nextTxg } from '../state/environment.ts'
import type { PartialRecord } from '../state/model.ts'
import { dropPartial, saveProgress } from '../state/partial.ts'
import { randomGuid } from '../state/random.ts'
import { emptyFilesystemBytes, shortage } from '../state/space.ts'
import { clonesOf, findDataset } from '../state/tree.ts'
import { totalBytes } from '../stream/content.ts'
import { readRecordHeader, recordBytes, recordType, type StreamDescription } from '../stream/format.ts'
import type { StreamInput } from '../stream/input.ts'
import { tokenOf } from '../stream/token.ts'
import { Failure } from '../words/fail.ts'
import { type Admission, nameHere } from './admit.ts'
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

/** What a received snapshot takes beside its data, in bytes. */
const overheadBytes = 12_288

/** Makes the snapshot of what has arrived. In a transaction; when it throws, the partial state is still there. */
export function finish(
  context: Context,
  request: ReceiveRequest,
  stream: StreamDescription,
  partial: PartialRecord,
): void {
  const { store } = context
  const action = actionOf(stream.kind)
  const place = findReceiving(context, request.target, partial.id)
  if (!place) throw new Failure(`${action}: dataset is busy`)
  const { pool, dataset } = place
  const history = store.history(pool, dataset)
  const base = history.snapshots.find((one) => one.guid === partial.fromGuid)
  if (!partial.fresh) {
    if (!base) throw new Failure(`${action}: kernel modules must be upgraded to receive this stream.`)
    const later = history.snapshots.slice(history.snapshots.indexOf(base) + 1)
    if (request.force) {
      if (later.some((one) => Object.keys(one.holds).length > 0)) throw new Failure(`${action}: dataset is busy`)
      const cloned = later.find((one) => clonesOf(pool, dataset, one).length > 0)
      if (cloned) throw new Failure(`cannot restore to ${dataset.name}@${cloned.name}: destination already exists`)
      if (later.length > 0 || dataset.written > 0) rollbackTo(context, pool, dataset, base)
    } else if (later.some((one) => one.txg > partial.newestTxg)) {
      // Any snapshot that was taken while the stream ran, with data or without.
      throw new Failure(`${action}: kernel modules must be upgraded to receive this stream.`)
    } else if (dataset.written > 0 || later.some((one) => one.written > 0)) {
      throw new Failure(`${action}: destination ${dataset.name} has been modified\nsince most recent snapshot`)
    }
  }
  const txg = nextTxg(context, pool)
  const data = totalBytes(partial.extents)
  dataset.own -= partial.booked
  const bytes = partial.extents.length > 0 || partial.fresh ? data + overheadBytes : 0
  // What an interrupted try had kept is among the data.
  if (partial.fresh) dataset.refer = emptyFilesystemBytes
  const before = partial.fresh ? emptyFilesystemBytes : 0
  const written = bytes + before
  dataset.own += bytes
  dataset.refer += bytes
  history.snapshots.push({
    id: pool.nextId++,
    name: nameHere(request, stream),
    guid: partial.toGuid,
    txg,
    time: partial.toTime,
    holds: {},
    ext: partial.extents.map(({ b, s }) => ({ b, s, t: txg })),
    refer: dataset.refer,
    written,
    ...(dataset.encryptionRoot === null
      ? {}
      : { ivset: (partial.flags.raw ? stream.cipher?.to : null) ?? randomGuid() }),
  })
  dataset.written = 0
  dataset.partial = null
  dataset.large ||= partial.flags.large
  dataset.snapshotsChanged = context.clock()
  rmSync(store.partialFile(pool, partial.id), { force: true })
  store.touchHistory(pool, dataset)
}

/** The dataset by its partial state: it may have been renamed while the stream ran. */
function findReceiving(context: Context, target: string, id: string) {
  const named = findDataset(context.store, target)
  if (named?.dataset.partial?.id === id) return named
  for (const pool of context.store.allPools()) {
    const dataset = pool.datasets.find((one) => one.partial?.id === id)
    if (dataset) return { pool, dataset }
  }
  return null
}
