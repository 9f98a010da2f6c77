import { bookmarkOf } from '../changes/snapshot.ts'
import { type Command, nextTxg } from '../state/environment.ts'
import { assertWritable, mayDo } from '../state/rights.ts'
import { findBookmark, findSnapshot } from '../state/tree.ts'
import { Failure, missingDataset, usageOf } from '../words/fail.ts'
import { parseName } from '../words/names.ts'
import { parseOptions } from '../words/options.ts'

/** `zfs bookmark NAME@SNAP|NAME#MARK NAME#NEW`. */
export const bookmark: Command = (context, args) => {
  const usage = usageOf('bookmark')
  const [from, to] = parseOptions(args, '', usage).operands
  if (from === undefined) throw new Failure(`missing snapshot or bookmark argument\n${usage}`, 2)
  if (to === undefined) throw new Failure(`missing bookmark argument\n${usage}`, 2)
  if (!to.includes('#')) throw new Failure(`invalid bookmark name '${to}': must contain a '#'\n${usage}`, 2)
  return context.store.transaction(() => {
    const { store } = context
    const place = from.includes('#') ? findBookmark(store, from) : findSnapshot(store, from)
    if (!place) throw new Failure(`${missingDataset(from).message}\n${usage}`, 2)
    const source = 'snapshot' in place ? place.snapshot : place.bookmark
    const parsed = parseName(to.startsWith('#') ? `${place.dataset.name}${to}` : to, 'create bookmark')
    const refuse = (why: string) => new Failure(`cannot create bookmark '${parsed.full}': ${why}`)
    if (parsed.dataset !== place.dataset.name) throw refuse("source is not an ancestor of the new bookmark's dataset")
    if (!mayDo(context.user, place.pool, place.dataset, 'bookmark')) throw refuse('permission denied')
    assertWritable(place.pool, `cannot create bookmark '${parsed.full}'`)
    if (place.history.bookmarks.some((one) => one.name === parsed.short)) throw refuse('bookmark exists')
    place.history.bookmarks.push(bookmarkOf(source, parsed.short))
    nextTxg(context, place.pool)
    store.touchHistory(place.pool, place.dataset)
    return 0
  })
}
