import { Failure } from '../cli/fail.ts'
import { poolOf } from '../cli/names.ts'
import type { DatasetRecord, SnapshotRecord } from '../state/model.ts'
import type { Store } from '../state/store.ts'
import { findSnapshot, importedPool, type SnapshotPlace } from '../state/tree.ts'
import { totalBytes } from './content.ts'
import { type Base, baseOfSnapshot, makeStep, type SendStep } from './plan.ts'
import type { ResumeToken } from './token.ts'

const stale = (why: string) => new Failure(`cannot resume send: ${why}`, 255)

/** The snapshot a token speaks of: wherever its guid is in the pool, whatever it is called by now. */
function findTarget(store: Store, token: ResumeToken): SnapshotPlace {
  const pool = importedPool(store, poolOf(token.toName))
  for (const dataset of pool?.datasets ?? []) {
    if (!pool) break
    const history = store.history(pool, dataset)
    const snapshot = history.snapshots.find((one) => one.guid === token.toGuid)
    if (snapshot) return { pool, dataset, history, snapshot }
  }
  throw findSnapshot(store, token.toName)
    ? stale(`'${token.toName}' is no longer the same snapshot used in the initial send`)
    : stale(`'${token.toName}' used in the initial send no longer exists`)
}

function findBase(store: Store, place: SnapshotPlace, guid: string): Base {
  const of = (dataset: DatasetRecord, snapshot: SnapshotRecord) =>
    baseOfSnapshot(snapshot, `${dataset.name}@${snapshot.name}`)
  for (const dataset of [place.dataset, ...place.pool.datasets]) {
    const { snapshots, bookmarks } = store.history(place.pool, dataset)
    const snapshot = snapshots.find((one) => one.guid === guid)
    if (snapshot) return of(dataset, snapshot)
    const mark = bookmarks.find((one) => one.guid === guid)
    if (mark) return { guid, txg: mark.txg, shown: `${dataset.name}#${mark.name}`, ivset: mark.ivset ?? null }
  }
  throw stale(`incremental source 0x${BigInt(guid).toString(16)} no longer exists`)
}

/** The rest of the send that the token remembers. */
export function planResume(store: Store, token: ResumeToken): { place: SnapshotPlace; step: SendStep } {
  const place = findTarget(store, token)
  const base = token.fromGuid === null ? null : findBase(store, place, token.fromGuid)
  const whole = makeStep(store, place, base, { flags: token.flags, properties: false })
  const description = { ...whole.description, kind: 'resume' as const, flags: token.flags, skip: token.bytes }
  const estimate = Math.max(0, totalBytes(description.extents) - token.bytes) + 624
  return { place, step: { ...whole, description, estimate } }
}
