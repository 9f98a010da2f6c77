import { destroyDataset } from '../changes/dataset.ts'
import { destroySnapshot } from '../changes/snapshot.ts'
import { humanSize } from '../properties/sizes.ts'
import { type Command, type Context, complain, nextTxg, say } from '../state/environment.ts'
import type { DatasetRecord, PoolRecord, SnapshotRecord } from '../state/model.ts'
import { isReceiving } from '../state/partial.ts'
import { assertWritable, mayDo } from '../state/rights.ts'
import { beingSent } from '../state/sends.ts'
import { clonesOf, descendants, findBookmark, openDataset, type Place } from '../state/tree.ts'
import { Failure, usageOf } from '../words/fail.ts'
import { parseOptions } from '../words/options.ts'

/** `zfs destroy [-rRfnpv] NAME | NAME@SNAP | NAME#MARK`. */
export const destroy: Command = (context, args) => {
  const usage = usageOf('destroy')
  const { flags, operands } = parseOptions(args, 'rRfnpvd', usage)
  const [name] = operands
  if (name === undefined) throw new Failure(`missing dataset argument\n${usage}`, 2)
  return context.store.transaction(() => {
    if (name.includes('@')) return destroySnapshots(context, name, flags)
    if (name.includes('#')) return destroyBookmark(context, name)
    return destroyTree(context, openDataset(context.store, name), flags)
  })
}

function destroyBookmark(context: Context, name: string): number {
  const place = findBookmark(context.store, name)
  if (!place) throw new Failure(`bookmark '${name}' does not exist.`)
  if (!mayDo(context.user, place.pool, place.dataset, 'destroy', 'mount')) {
    throw new Failure(`cannot destroy bookmark '${name}': permission denied`)
  }
  assertWritable(place.pool, `cannot destroy bookmark '${name}'`)
  place.history.bookmarks.splice(place.history.bookmarks.indexOf(place.bookmark), 1)
  nextTxg(context, place.pool)
  context.store.touchHistory(place.pool, place.dataset)
  return 0
}

function destroyTree(context: Context, place: Place, flags: ReadonlySet<string>): number {
  const { store } = context
  const { pool, dataset } = place
  const { name } = dataset
  const recursive = flags.has('r') || flags.has('R')
  const below = descendants(pool, name)
  const snapshotsOf = (one: typeof dataset) =>
    store.history(pool, one).snapshots.map((each) => `${one.name}@${each.name}`)
  if (!recursive && (below.length > 0 || snapshotsOf(dataset).length > 0)) {
    complain(context, `cannot destroy '${name}': ${dataset.type} has children`)
    complain(context, "use '-r' to destroy the following datasets:")
    for (const one of below.toReversed()) for (const line of [...snapshotsOf(one), one.name]) complain(context, line)
    for (const line of snapshotsOf(dataset)) complain(context, line)
    return 1
  }
  const tree = [...below.toReversed(), dataset]
  const clones = tree.flatMap((one) => clonesOf(pool, one)).filter((one) => !tree.includes(one))
  if (clones.length > 0 && !flags.has('R')) {
    complain(context, `cannot destroy '${name}': ${dataset.type} has dependent clones`)
    complain(context, "use '-R' to destroy the following datasets:")
    for (const one of clones) for (const line of [...snapshotsOf(one), one.name]) complain(context, line)
    return 1
  }
  if (!mayDo(context.user, pool, dataset, 'destroy', 'mount')) {
    const what = snapshotsOf(dataset).length > 0 || below.length > 0 ? 'snapshots' : `'${name}'`
    throw new Failure(`cannot destroy ${what}: permission denied`)
  }
  assertWritable(pool, `cannot destroy '${name}'`)
  if (flags.has('n')) return 0
  const receiving = tree.find(isReceiving)
  if (receiving) return refuseReceiving(context, { pool, dataset: receiving })
  for (const clone of clones) destroyDataset(context, pool, clone)
  for (const one of tree) {
    if (!destroyOne(context, { pool, dataset: one })) return 1
  }
  return 0
}

function refuseReceiving(context: Context, { pool, dataset }: Place): number {
  const { partial } = dataset
  complain(context, `cannot destroy '${dataset.name}${partial?.fresh ? '' : '/%recv'}': dataset is busy`)
  const base = context.store.history(pool, dataset).snapshots.find((one) => one.guid === partial?.fromGuid)
  if (base) complain(context, `cannot destroy snapshot ${dataset.name}@${base.name}: snapshot is cloned`)
  return 1
}

/** Snapshots first: a held one stops it, and what was destroyed before that is gone, as in ZFS. */
function destroyOne(context: Context, { pool, dataset }: Place): boolean {
  let held = false
  const sent = beingSent(context.store, pool)
  for (const snapshot of [...context.store.history(pool, dataset).snapshots]) {
    const full = `${dataset.name}@${snapshot.name}`
    if (sent.has(snapshot.id)) {
      complain(context, `cannot destroy snapshot ${full}: dataset is busy`)
      held = true
      continue
    }
    if (Object.keys(snapshot.holds).length === 0) continue
    complain(context, `cannot destroy snapshot ${full}: it's being held. Run 'zfs holds -r ${full}' to see holders.`)
    held = true
  }
  if (held) return false
  for (const snapshot of [...context.store.history(pool, dataset).snapshots])
    destroySnapshot(context, pool, dataset, snapshot)
  destroyDataset(context, pool, dataset)
  return true
}

interface Target {
  readonly pool: PoolRecord
  readonly dataset: DatasetRecord
  readonly snapshot: SnapshotRecord
}

/** What stands on the snapshot: its clones, their snapshots first, and a partial receive. */
function dependents(context: Context, { pool, dataset, snapshot }: Target): string[] {
  const names = clonesOf(pool, dataset, snapshot).flatMap((clone) => [
    ...context.store.history(pool, clone).snapshots.map((one) => `${clone.name}@${one.name}`),
    clone.name,
    ...(clone.partial && !clone.partial.fresh ? [`${clone.name}/%recv`] : []),
  ])
  const { partial } = dataset
  if (partial && !partial.fresh && partial.fromGuid === snapshot.guid) names.push(`${dataset.name}/%recv`)
  return names
}

/** `zfs destroy [-rnv] NAME@A,B,FIRST%LAST`. In a transaction. */
function destroySnapshots(context: Context, name: string, flags: ReadonlySet<string>): number {
  const [datasetName = '', list = ''] = name.split('@')
  const { pool, dataset } = openDataset(context.store, datasetName)
  const datasets = [dataset, ...(flags.has('r') ? descendants(pool, datasetName) : [])]
  const targets = datasets.flatMap((one) => pick(context, pool, one, list))
  if (targets.length === 0) throw new Failure('could not find any snapshots to destroy; check snapshot names.')
  for (const target of targets) {
    const full = `${target.dataset.name}@${target.snapshot.name}`
    if (flags.has('v')) say(context, flags.has('n') ? `would destroy ${full}` : `will destroy ${full}`)
    const blocking = flags.has('R') ? [] : dependents(context, target)
    if (blocking.length === 0) continue
    complain(context, `cannot destroy '${full}': snapshot has dependent clones`)
    complain(context, "use '-R' to destroy the following datasets:")
    for (const one of blocking) complain(context, one)
    return 1
  }
  if (flags.has('v')) {
    const bytes = targets.reduce((sum, { snapshot }) => sum + (snapshot.unique ?? 0), 0)
    say(context, `${flags.has('n') ? 'would' : 'will'} reclaim ${humanSize(bytes, 'B')}`)
  }
  if (flags.has('n')) return 0
  if (targets.some((one) => !mayDo(context.user, pool, one.dataset, 'destroy', 'mount'))) {
    throw new Failure('cannot destroy snapshots: permission denied')
  }
  assertWritable(pool, 'cannot destroy snapshots')
  for (const { dataset: owner, snapshot } of targets) {
    if (Object.keys(snapshot.holds).length === 0) continue
    const full = `${owner.name}@${snapshot.name}`
    throw new Failure(`cannot destroy snapshot ${full}: it's being held. Run 'zfs holds -r ${full}' to see holders.`)
  }
  const sent = beingSent(context.store, pool)
  const busy = targets.find((one) => sent.has(one.snapshot.id))
  if (busy) throw new Failure(`cannot destroy snapshot ${busy.dataset.name}@${busy.snapshot.name}: dataset is busy`)
  for (const { dataset: owner, snapshot } of targets) destroySnapshot(context, pool, owner, snapshot)
  return 0
}

function pick(context: Context, pool: PoolRecord, dataset: DatasetRecord, list: string): Target[] {
  const { snapshots } = context.store.history(pool, dataset)
  const chosen = list.split(',').flatMap((word) => {
    if (!word.includes('%')) return snapshots.filter((one) => one.name === word)
    const [first = '', last = ''] = word.split('%')
    const from = first === '' ? 0 : snapshots.findIndex((one) => one.name === first)
    const to = last === '' ? snapshots.length - 1 : snapshots.findIndex((one) => one.name === last)
    return from < 0 || to < 0 ? [] : snapshots.slice(from, to + 1)
  })
  return chosen.map((snapshot) => ({ pool, dataset, snapshot }))
}
