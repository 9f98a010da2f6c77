import { promoteClone } from '../changes/dataset.ts'
import type { Command } from '../state/environment.ts'
import { assertWritable, mayDo } from '../state/rights.ts'
import { beingSent } from '../state/sends.ts'
import { exceedsQuota } from '../state/space.ts'
import { openDataset, originName } from '../state/tree.ts'
import { Failure, usageOf } from '../words/fail.ts'
import { parseOptions } from '../words/options.ts'

/** `zfs promote NAME`. */
export const promote: Command = (context, args) => {
  const usage = usageOf('promote')
  const [name] = parseOptions(args, '', usage).operands
  if (name === undefined) throw new Failure(`missing clone filesystem argument\n${usage}`, 2)
  return context.store.transaction(() => {
    const { store, user } = context
    const { pool, dataset } = openDataset(store, name)
    const refuse = (why: string) => new Failure(`cannot promote '${name}': ${why}`)
    const old = pool.datasets.find((one) => one.id === dataset.origin?.dataset)
    if (!dataset.origin || !old) throw refuse('not a cloned filesystem')
    if (!mayDo(user, pool, dataset, 'promote', 'mount') || !mayDo(user, pool, old, 'promote'))
      throw refuse('permission denied')
    assertWritable(pool, `cannot promote '${name}'`)
    const snapshots = store.history(pool, old).snapshots
    const moved = snapshots.slice(0, snapshots.findIndex((one) => one.id === dataset.origin?.snapshot) + 1)
    const names = new Set(store.history(pool, dataset).snapshots.map((one) => one.name))
    const clash = moved.find((one) => names.has(one.name))
    if (clash) throw refuse(`conflicting snapshot '${clash.name}' from parent '${originName(store, pool, dataset)}'`)
    const sent = beingSent(store, pool)
    if (moved.some((one) => sent.has(one.id))) throw refuse('dataset is busy')
    const bytes = moved.reduce((sum, one) => sum + one.written + (one.unique ?? 0), 0)
    const holdsBoth = (one: { readonly name: string }) => old.name.startsWith(`${one.name}/`)
    if (exceedsQuota(pool, dataset, bytes, holdsBoth)) throw refuse('out of space')
    promoteClone(context, pool, dataset, old)
    return 0
  })
}
