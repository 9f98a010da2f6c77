import { takeSnapshot } from '../changes/snapshot.ts'
import { type Command, nextTxg } from '../state/environment.ts'
import type { DatasetRecord, PoolRecord } from '../state/model.ts'
import { assertWritable, mayDo } from '../state/rights.ts'
import { descendants, findDataset, type Place } from '../state/tree.ts'
import { Failure, missingDataset, usageOf } from '../words/fail.ts'
import { parseName } from '../words/names.ts'
import { allValues, parseOptions } from '../words/options.ts'
import { parseAssignments } from './assignments.ts'

const isUnborn = ({ partial }: DatasetRecord): boolean => partial?.fresh === true

/** `zfs snapshot [-r] [-o p=v]… NAME@SNAP…`: all of them or none. */
export const snapshot: Command = (context, args) => {
  const usage = usageOf('snapshot')
  const options = parseOptions(args, 'ro:', usage)
  const props = Object.fromEntries(parseAssignments(allValues(options, 'o'), usage))
  if (options.operands.length === 0) throw new Failure(`missing snapshot argument\n${usage}`, 2)
  return context.store.transaction(() => {
    const wanted: (Place & { short: string })[] = []
    for (const name of options.operands) {
      const parsed = parseName(name)
      if (parsed.kind !== 'snapshot') throw new Failure(usage, 2)
      const place = findDataset(context.store, parsed.dataset)
      if (!place) throw new Failure(`${missingDataset(parsed.dataset).message}\n${usage}`, 2)
      const { short } = parsed
      if (!options.flags.has('r')) {
        if (isUnborn(place.dataset)) throw new Failure(`cannot create snapshot '${name}': dataset is busy`)
        wanted.push({ ...place, short })
        continue
      }
      // `-r` passes over what is still being received for the first time.
      const all = [place.dataset, ...descendants(place.pool, parsed.dataset)].filter((each) => !isUnborn(each))
      wanted.push(...all.map((dataset) => ({ pool: place.pool, dataset, short })))
    }
    if (wanted.length === 0) throw new Failure('no snapshots were created')
    if (new Set(wanted.map((one) => one.dataset)).size < wanted.length) {
      throw new Failure(
        'cannot create snapshots : multiple snapshots of same fs not allowed\nno snapshots were created',
      )
    }
    for (const { pool, dataset, short } of wanted) {
      if (!mayDo(context.user, pool, dataset, 'snapshot'))
        throw new Failure('cannot create snapshots : permission denied')
      assertWritable(pool, 'cannot create snapshots ')
      if (`${dataset.name}@${short}`.length >= 256)
        throw new Failure(`cannot create snapshot '${dataset.name}@${short}': name is too long`)
      if (context.store.history(pool, dataset).snapshots.some((one) => one.name === short)) {
        throw new Failure(`cannot create snapshot '${dataset.name}@${short}': dataset already exists`)
      }
    }
    const groups = new Map<PoolRecord, number>()
    for (const { pool, dataset, short } of wanted) {
      const txg = groups.get(pool) ?? nextTxg(context, pool)
      groups.set(pool, txg)
      takeSnapshot(context, pool, dataset, { name: short, txg, ...(Object.keys(props).length > 0 ? { props } : {}) })
    }
    return 0
  })
}
