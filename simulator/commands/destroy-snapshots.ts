import { destroySnapshot } from '../changes/destroy.ts'
import { type Context, complain, say } from '../cli/context.ts'
import { Failure } from '../cli/fail.ts'
import { mayDo } from '../cli/rights.ts'
import { humanSize } from '../properties/sizes.ts'
import type { DatasetRecord, PoolRecord, SnapshotRecord } from '../state/model.ts'
import { beingSent } from '../state/sends.ts'
import { clonesOf, descendants, openDataset } from '../state/tree.ts'
import { assertWritable } from './writable.ts'

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
export function destroySnapshots(context: Context, name: string, flags: ReadonlySet<string>): number {
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
