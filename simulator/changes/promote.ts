import type { DatasetRecord, PoolRecord } from '../state/model.ts'
import { type Environment, nextTxg } from './environment.ts'

/** Gives the clone all that its origin owns up to the snapshot it came from; the origin becomes its clone. */
export function promoteClone(env: Environment, pool: PoolRecord, clone: DatasetRecord, old: DatasetRecord): void {
  const { store } = env
  const origin = clone.origin
  if (!origin) return
  const from = store.history(pool, old)
  const to = store.history(pool, clone)
  const last = from.snapshots.findIndex((one) => one.id === origin.snapshot)
  const moved = from.snapshots.splice(0, last + 1)
  const turn = moved.at(-1)
  to.snapshots.unshift(...moved)
  const movedBookmarks = from.bookmarks.filter((one) => turn && one.txg <= turn.txg)
  to.bookmarks.unshift(...movedBookmarks)
  from.bookmarks = from.bookmarks.filter((one) => !movedBookmarks.includes(one))

  const movedIds = new Set(moved.map((one) => one.id))
  for (const one of pool.datasets) {
    if (one.origin?.dataset === old.id && movedIds.has(one.origin.snapshot)) {
      one.origin = { dataset: clone.id, snapshot: one.origin.snapshot }
    }
  }
  clone.origin = old.origin
  old.origin = { dataset: clone.id, snapshot: origin.snapshot }
  const bytes = moved.reduce((sum, one) => sum + one.written + (one.unique ?? 0), 0)
  old.own -= bytes
  clone.own += bytes
  if (clone.encryptionRoot === old.id && old.secret !== undefined) movePromotedKey(pool, clone, old)
  nextTxg(env, pool)
  old.snapshotsChanged = env.clock()
  store.touchHistory(pool, old)
  store.touchHistory(pool, clone)
}

/** Of an encryption root and its clone the promoted one becomes the root; its key leaves memory by that. */
function movePromotedKey(pool: PoolRecord, clone: DatasetRecord, old: DatasetRecord): void {
  clone.secret = old.secret
  for (const name of ['encryption', 'keyformat', 'keylocation']) {
    const value = old.local[name]
    if (value !== undefined) clone.local[name] = value
    delete old.local[name]
  }
  clone.keyLoaded = false
  old.keyLoaded = false
  delete old.secret
  for (const one of pool.datasets) if (one.encryptionRoot === old.id) one.encryptionRoot = clone.id
}
