import { rollbackTo } from '../changes/snapshot.ts'
import { type Command, complain } from '../state/environment.ts'
import { assertWritable, mayDo } from '../state/rights.ts'
import { beingSent } from '../state/sends.ts'
import { clonesOf, openSnapshot } from '../state/tree.ts'
import { Failure, usageOf } from '../words/fail.ts'
import { parseOptions } from '../words/options.ts'

/** `zfs rollback [-rRf] NAME@SNAP`. */
export const rollback: Command = (context, args) => {
  const usage = usageOf('rollback')
  const { flags, operands } = parseOptions(args, 'rRf', usage)
  const [name] = operands
  if (name === undefined) throw new Failure(`missing dataset argument\n${usage}`, 2)
  return context.store.transaction(() => {
    const { pool, dataset, history, snapshot } = openSnapshot(context.store, name)
    const later = history.snapshots.filter(
      (one) => one.txg > snapshot.txg || history.snapshots.indexOf(one) > history.snapshots.indexOf(snapshot),
    )
    const marks = history.bookmarks.filter((one) => one.txg > snapshot.txg)
    const nameOf = (one: { name: string }) => `${dataset.name}@${one.name}`
    if (later.length + marks.length > 0 && !flags.has('r') && !flags.has('R')) {
      complain(context, `cannot rollback to '${name}': more recent snapshots or bookmarks exist`)
      complain(context, "use '-r' to force deletion of the following snapshots and bookmarks:")
      for (const one of later) complain(context, nameOf(one))
      for (const one of marks) complain(context, `${dataset.name}#${one.name}`)
      return 1
    }
    const withClones = later.flatMap((one) => clonesOf(pool, dataset, one))
    if (withClones.length > 0) {
      complain(context, `cannot rollback to '${name}': clones of previous snapshots exist`)
      complain(context, "use '-R' to force deletion of the following clones and dependents:")
      for (const one of withClones) complain(context, one.name)
      return 1
    }
    if (!mayDo(context.user, pool, dataset, 'destroy', 'mount') && later.length > 0) {
      for (const one of later.toReversed()) complain(context, `cannot destroy '${nameOf(one)}': permission denied`)
      return 1
    }
    const sent = beingSent(context.store, pool)
    const held = later.filter((one) => Object.keys(one.holds).length > 0 || sent.has(one.id))
    for (const one of held.toReversed()) complain(context, `cannot destroy '${nameOf(one)}': dataset is busy`)
    if (held.length > 0) return 1
    if (!mayDo(context.user, pool, dataset, 'rollback', 'mount')) {
      throw new Failure(`cannot rollback '${dataset.name}': permission denied`)
    }
    assertWritable(pool, `cannot rollback '${dataset.name}'`)
    rollbackTo(context, pool, dataset, snapshot)
    return 0
  })
}
