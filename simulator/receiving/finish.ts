import { rmSync } from 'node:fs'
import { nextTxg } from '../changes/environment.ts'
import { rollbackTo } from '../changes/rollback.ts'
import type { Context } from '../cli/context.ts'
import { Failure } from '../cli/fail.ts'
import type { PartialRecord } from '../state/model.ts'
import { randomGuid } from '../state/random.ts'
import { emptyFilesystemBytes } from '../state/space.ts'
import { clonesOf, findDataset } from '../state/tree.ts'
import { totalBytes } from '../stream/content.ts'
import type { StreamDescription } from '../stream/format.ts'
import { nameHere } from './admit-increment.ts'
import { actionOf, type ReceiveRequest } from './request.ts'

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
export function findReceiving(context: Context, target: string, id: string) {
  const named = findDataset(context.store, target)
  if (named?.dataset.partial?.id === id) return named
  for (const pool of context.store.allPools()) {
    const dataset = pool.datasets.find((one) => one.partial?.id === id)
    if (dataset) return { pool, dataset }
  }
  return null
}
