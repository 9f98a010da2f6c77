import { cloneSnapshot } from '../changes/dataset.ts'
import { settingOf } from '../properties/settings.ts'
import type { Command } from '../state/environment.ts'
import { assertWritable, mayDo } from '../state/rights.ts'
import { availableBytes } from '../state/space.ts'
import { findDataset, openSnapshot, parentOfNew } from '../state/tree.ts'
import { Failure, usageOf } from '../words/fail.ts'
import { parseNewDataset, poolOf } from '../words/names.ts'
import { allValues, parseOptions } from '../words/options.ts'
import { checkedProperties, parseAssignments } from './assignments.ts'

/** Room that a clone needs while it is made, also in a full pool. */
const cloneBytes = 524_288

/** `zfs clone [-p] [-o p=v]… NAME@SNAP NEW`. */
export const clone: Command = (context, args) => {
  const usage = usageOf('clone')
  const options = parseOptions(args, 'puo:', usage)
  const [from, to] = options.operands
  if (from === undefined) throw new Failure(`missing source dataset argument\n${usage}`, 2)
  if (to === undefined) throw new Failure(`missing target dataset argument\n${usage}`, 2)
  const assignments = parseAssignments(allValues(options, 'o'), usage)
  return context.store.transaction(() => {
    const { store, user } = context
    const source = openSnapshot(store, from)
    parseNewDataset(to)
    const parent = parentOfNew(store, to)
    const refuse = (why: string) => new Failure(`cannot create '${to}': ${why}`)
    if (parent.dataset.type === 'volume') throw refuse('parent is not a filesystem')
    const properties = checkedProperties(assignments, source.dataset.type, refuse, user, parent.pool, parent.dataset)
    if (poolOf(to) !== poolOf(from)) throw refuse('source and target pools differ')
    if (findDataset(store, to)) throw refuse('dataset already exists')
    if (
      !mayDo(user, source.pool, source.dataset, 'clone') ||
      !mayDo(user, parent.pool, parent.dataset, 'create', 'mount')
    ) {
      throw refuse('permission denied')
    }
    assertWritable(parent.pool, `cannot create '${to}'`)
    if (availableBytes(parent.pool, parent.dataset) < cloneBytes) throw refuse('out of space')
    const refquota = Number(properties.refquota ?? 0)
    if (refquota > 0 && source.snapshot.refer > refquota) throw refuse('out of space')
    const made = cloneSnapshot(context, source.pool, source.dataset, source.snapshot, { name: to, properties })
    const canMount = (properties.canmount ?? 'on') === 'on' && user === 'root' && !options.flags.has('u')
    made.mounted =
      made.type === 'filesystem' &&
      canMount &&
      (settingOf(source.pool, made, 'mountpoint')?.value.startsWith('/') ?? false)
    return 0
  })
}
