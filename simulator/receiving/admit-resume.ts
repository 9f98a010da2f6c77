import { nextTxg } from '../changes/environment.ts'
import type { Context } from '../cli/context.ts'
import { Failure } from '../cli/fail.ts'
import { mayDo } from '../cli/rights.ts'
import { isReceiving, receivedBytes } from '../state/partial.ts'
import { findDataset } from '../state/tree.ts'
import type { StreamDescription } from '../stream/format.ts'
import { type Admission, partiallyComplete } from './admit.ts'
import { actionOf, type ReceiveRequest } from './request.ts'

/** Goes on with what an earlier `receive -s` left. */
export function admitResume(context: Context, request: ReceiveRequest, stream: StreamDescription): Admission {
  const { store, user } = context
  const { target } = request
  const action = actionOf('resume')
  const place = findDataset(store, target)
  if (!place) throw new Failure(`${action}: destination '${target}' does not exist`)
  const { pool, dataset } = place
  const { partial } = dataset
  const may = (right: string) => mayDo(user, pool, dataset, right, 'create', 'mount')
  if (!may('receive') && !(may('receive:append') && !request.force)) throw new Failure(`${action}: permission denied`)
  // Misleading, and said by ZFS for all of these: no such state, another one, or a snapshot taken here since.
  const mismatch = new Failure(`${action}: kernel modules must be upgraded to receive this stream.`)
  if (!partial?.resumable) throw mismatch
  if (isReceiving(dataset)) throw partiallyComplete(action, target)
  const { snapshots } = store.history(pool, dataset)
  const have = receivedBytes(store, pool, partial)
  if (partial.toGuid !== stream.toGuid || have !== stream.skip) throw mismatch
  if (!partial.fresh && partial.fromGuid === null && !request.force)
    throw new Failure(`${action}: Resuming recv on existing destination '${target}'\nmust specify -F to overwrite it`)
  if (!partial.fresh) {
    const newest = snapshots.at(-1)
    // A promote took the base away: what arrived has nothing to stand on here.
    if (!snapshots.some((one) => one.guid === partial.fromGuid)) throw mismatch
    if (newest?.guid !== partial.fromGuid && (newest?.txg ?? 0) > partial.newestTxg) throw mismatch
    if (dataset.written > 0 && !request.force) {
      throw new Failure(`${action}: destination ${target} has been modified\nsince most recent snapshot`)
    }
  }
  if (request.dryRun) return { ...place, partial, have }
  partial.owner = context.owner
  nextTxg(context, pool)
  return { ...place, partial, have }
}
