import { createDataset, renameDataset } from '../changes/dataset.ts'
import { keepPlaces, mountedTree, mountNow, mountPlace } from '../properties/settings.ts'
import { type Command, type Context, nextTxg } from '../state/environment.ts'
import { assertWritable, mayDo } from '../state/rights.ts'
import { exceedsQuota, usedBytes } from '../state/space.ts'
import { descendants, findDataset, openDataset, openSnapshot, type Place } from '../state/tree.ts'
import { Failure, usageOf } from '../words/fail.ts'
import { faultOfName, parentOf, parseName, poolOf } from '../words/names.ts'
import { parseOptions } from '../words/options.ts'

/** `zfs rename [-pruf] OLD NEW`. */
export const rename: Command = (context, args) => {
  const usage = usageOf('rename')
  const { flags, operands } = parseOptions(args, 'pruf', usage)
  const [from, to] = operands
  if (from === undefined || to === undefined) throw new Failure(`missing target dataset argument\n${usage}`, 2)
  return context.store.transaction(() =>
    from.includes('@') ? renameSnapshot(context, from, to) : renameTree(context, from, to, flags),
  )
}

function renameSnapshot(context: Context, from: string, to: string): number {
  const { pool, dataset, history, snapshot } = openSnapshot(context.store, from)
  const full = to.startsWith('@') ? `${dataset.name}${to}` : to.includes('@') ? to : `${dataset.name}@${to}`
  const parsed = parseName(full, 'rename to')
  if (parsed.dataset !== dataset.name) {
    throw new Failure(`cannot rename to '${full}': snapshots must be part of same dataset`)
  }
  const refuse = (why: string) => new Failure(`cannot rename '${from}': ${why}`)
  if (!mayDo(context.user, pool, dataset, 'rename', 'mount')) throw refuse('permission denied')
  assertWritable(pool, `cannot rename '${from}'`)
  if (history.snapshots.some((one) => one.name === parsed.short)) throw refuse('dataset already exists')
  snapshot.name = parsed.short
  nextTxg(context, pool)
  dataset.snapshotsChanged = context.clock()
  context.store.touchHistory(pool, dataset)
  return 0
}

function renameTree(context: Context, from: string, to: string, flags: ReadonlySet<string>): number {
  const { store, user } = context
  const place = openDataset(store, from)
  const { pool, dataset } = place
  if (flags.has('u') && dataset.type === 'volume') {
    throw new Failure(`cannot open '${from}': operation not applicable to datasets of this type`)
  }
  const fault = faultOfName(to)
  if (fault) throw new Failure(`cannot rename to '${to}': ${fault}`)
  if (from === to) return 0
  const parentName = parentOf(to)
  if (flags.has('p') && parentName !== null) makeParents(context, place, parentName)
  const parent = parentName === null ? null : findDataset(store, parentName)
  if (!parent) throw new Failure(`cannot create '${to}': parent does not exist`)
  if (poolOf(to) !== poolOf(from)) throw new Failure(`cannot rename to '${to}': datasets must be within same pool`)
  if (to.startsWith(`${from}/`)) {
    throw new Failure(`cannot rename to '${to}': New dataset name cannot be a descendant of current dataset name`)
  }
  const tree = [dataset, ...descendants(pool, from)]
  const refuse = (why: string) => new Failure(`cannot rename '${from}': ${why}`)
  const moving = flags.has('u') ? [] : mountedTree(pool, dataset)
  const [first] = moving
  if (first && user !== 'root') {
    throw new Failure(`cannot unmount '${mountPlace(pool, first)}': permission denied`)
  }
  if (!mayDo(user, pool, dataset, 'rename') || !mayDo(user, pool, parent.dataset, 'create', 'mount'))
    throw refuse('permission denied')
  assertWritable(pool, `cannot rename '${from}'`)
  if (findDataset(store, to)) throw refuse('dataset already exists')
  const longest = Math.max(
    ...tree.map((one) => longestName(context, place, one.name.length + to.length - from.length, one)),
  )
  if (longest >= 256) throw refuse('dataset name is too long')
  const root = dataset.encryptionRoot
  // Measured on OpenZFS 2.3.9: after a promote the older one has the promoted one as its root, and may be renamed beside it.
  const moves = parentName !== parentOf(from)
  if (moves && root !== null && root !== dataset.id && parent.dataset.encryptionRoot !== root) {
    throw refuse('cannot move encrypted child outside of its encryption root')
  }
  const holdsBoth = (one: { readonly name: string }) => from.startsWith(`${one.name}/`)
  if (exceedsQuota(pool, parent.dataset, usedBytes(pool, dataset), holdsBoth)) throw refuse('out of space')
  keepPlaces(pool, dataset, () => renameDataset(context, pool, dataset, to))
  moving.forEach(mountNow)
  return 0
}

const longestName = (context: Context, { pool }: Place, length: number, dataset: Place['dataset']): number =>
  Math.max(length, ...context.store.history(pool, dataset).snapshots.map((one) => length + 1 + one.name.length))

function makeParents(context: Context, place: Place, name: string): void {
  if (findDataset(context.store, name)) return
  const above = parentOf(name)
  if (above !== null) makeParents(context, place, above)
  createDataset(context, place.pool, { name, type: 'filesystem', mounted: context.user === 'root' })
}
