import type { Store } from '../state/store.ts'
import type { ZfsObject } from './objects.ts'

/** Bytes written into the dataset since the snapshot or bookmark (`@name`, `#name`); null when there is none. */
export function writtenSince(store: Store, object: ZfsObject, mark: string): number | null {
  const history = store.history(object.pool, object.dataset)
  const name = mark.slice(1)
  const from = (mark.startsWith('#') ? history.bookmarks : history.snapshots).find((one) => one.name === name)
  if (!from || object.bookmark) return null
  const later = history.snapshots.filter((one) => one.txg > from.txg)
  if (object.snapshot) {
    const { txg } = object.snapshot
    return later.filter((one) => one.txg <= txg).reduce((sum, one) => sum + one.written, 0)
  }
  return later.reduce((sum, one) => sum + one.written, object.dataset.written)
}
