import type { Context } from '../cli/context.ts'
import { Failure } from '../cli/fail.ts'
import { mayDo, rightToSet } from '../cli/rights.ts'
import { assertWritable } from '../commands/writable.ts'
import { encryptionRootOf } from '../properties/encryption.ts'
import type { DatasetHistory, SnapshotRecord } from '../state/model.ts'
import { findDataset, type Place } from '../state/tree.ts'
import type { StreamDescription } from '../stream/format.ts'
import { type Admission, begin, begun, ownProperties, partiallyComplete, received } from './admit.ts'
import { actionOf, type ReceiveRequest } from './request.ts'

/** The snapshot name that the stream will have here. */
export const nameHere = (request: ReceiveRequest, stream: Pick<StreamDescription, 'toName'>): string =>
  request.snapshotName ?? stream.toName.slice(stream.toName.indexOf('@') + 1)

/** `receive:append` is enough as long as nothing is rolled back. */
export const mayReceive = (user: string, { pool, dataset }: Place, force: boolean): boolean =>
  mayDo(user, pool, dataset, 'receive', 'create', 'mount') ||
  (!force && mayDo(user, pool, dataset, 'receive:append', 'create', 'mount'))

/** Data written since the base: in the head or in a snapshot taken here after it. */
const changedSince = ({ dataset }: Place, history: DatasetHistory, base: SnapshotRecord): boolean =>
  dataset.written > 0 || history.snapshots.slice(history.snapshots.indexOf(base) + 1).some((one) => one.written > 0)

export function admitIncrement(context: Context, request: ReceiveRequest, stream: StreamDescription): Admission {
  const { store, user } = context
  const { target } = request
  const action = actionOf('incremental')
  const place = findDataset(store, target)
  if (!place) throw new Failure(`${action}: destination '${target}' does not exist`)
  const { pool, dataset } = place
  const history = store.history(pool, dataset)
  if (!mayReceive(user, place, request.force)) throw new Failure(`${action}: permission denied`)
  assertWritable(pool, action)
  if (dataset.partial) throw partiallyComplete(action, target)
  const root = encryptionRootOf(pool, dataset)
  if (!stream.flags.raw && root && !root.keyLoaded) throw new Failure(`${action}: inherited key must be loaded`)
  const name = nameHere(request, stream)
  if (history.snapshots.some((one) => one.name === name)) {
    throw new Failure(`cannot restore to ${target}@${name}: destination already exists`)
  }
  if (stream.flags.raw && !root) {
    throw new Failure(`${action}: cannot perform raw receive on top of existing unencrypted dataset`)
  }
  const base = history.snapshots.find((one) => one.guid === stream.fromGuid)
  if (!base) throw new Failure(`${action}: most recent snapshot of ${target} does not\nmatch incremental source`)
  // Raw blocks go on from the newest snapshot only.
  if (stream.flags.raw && !request.force && base !== history.snapshots.at(-1)) throw modified(action, target)
  if (stream.flags.raw && stream.cipher?.from !== base.ivset) {
    throw new Failure(
      `${action}: IV set guid mismatch. See the 'zfs receive' man page section\n discussing the limitations of raw encrypted send streams.`,
    )
  }
  if (dataset.large && !stream.flags.large) {
    throw new Failure(`${action}: incremental send stream requires -L (--large-block), to match previous receive.`)
  }
  if (!request.force && changedSince(place, history, base)) {
    throw modified(action, target)
  }
  if (request.dryRun) return { ...place, partial: begun(context, stream), have: 0 }
  applyProperties(context, request, place, stream)
  return begin(context, place, request, stream, false, history.snapshots.at(-1)?.txg ?? 0)
}

const modified = (action: string, target: string): Failure =>
  new Failure(`${action}: destination ${target} has been modified\nsince most recent snapshot`)

/** `-o` becomes local; the first stream with properties deletes what was local and the user may set, silently, as in ZFS. */
function applyProperties(context: Context, request: ReceiveRequest, place: Place, stream: StreamDescription): void {
  const { dataset, pool } = place
  const before = dataset.local
  const brought = received(context, request, place, stream, before)
  const may = (name: string) => mayDo(context.user, pool, dataset, rightToSet(name))
  if (stream.properties) {
    const stays = (name: string) => name === 'volsize' || name === 'refreservation' || !may(name)
    if (dataset.hadProperties !== true)
      dataset.local = Object.fromEntries(Object.entries(before).filter(([name]) => stays(name)))
    dataset.hadProperties = true
    dataset.received = brought
  } else for (const name of request.excluded) if (before[name] === undefined && may(name)) delete dataset.received[name]
  Object.assign(dataset.local, ownProperties(context, request, place, stream))
}
