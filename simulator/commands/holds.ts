import { type Command, type Context, complain, nextTxg, say } from '../state/environment.ts'
import { mayDo } from '../state/rights.ts'
import { descendants, findSnapshot, type SnapshotPlace } from '../state/tree.ts'
import { humanTime } from '../words/clock.ts'
import { table } from '../words/columns.ts'
import { Failure, missingDataset, usageOf } from '../words/fail.ts'
import { parseOptions } from '../words/options.ts'

function each(
  context: Context,
  args: readonly string[],
  verb: 'hold' | 'release',
  act: (name: string, tag: string) => string | null,
): number {
  const usage = usageOf(verb)
  const options = parseOptions(args, 'r', usage)
  const [tag, ...names] = options.operands
  if (tag === undefined || names.length === 0) throw new Failure(`missing snapshot argument\n${usage}`, 2)
  return context.store.transaction(() => {
    let exitCode = 0
    for (const name of names) {
      if (!name.includes('@')) throw new Failure(`'${name}' is not a snapshot\n${usage}`, 2)
      const below = options.flags.has('r') ? withDescendants(context, name) : [name]
      for (const one of below) {
        const fault = act(one, tag)
        if (fault === null) continue
        complain(context, fault)
        exitCode = 1
      }
    }
    return exitCode
  })
}

function withDescendants(context: Context, name: string): string[] {
  const place = findSnapshot(context.store, name)
  if (!place) return [name]
  const names = descendants(place.pool, place.dataset.name).map((one) => `${one.name}@${place.snapshot.name}`)
  return [name, ...names.filter((one) => findSnapshot(context.store, one))]
}

function changed(context: Context, place: SnapshotPlace): null {
  nextTxg(context, place.pool)
  context.store.touchHistory(place.pool, place.dataset)
  return null
}

/** `zfs hold [-r] TAG NAME@SNAP…`: those that can be held are, also when others cannot. */
export const hold: Command = (context, args) =>
  each(context, args, 'hold', (name, tag) => {
    const place = findSnapshot(context.store, name)
    if (!place) return `cannot hold snapshot '${name}': dataset does not exist`
    if (!mayDo(context.user, place.pool, place.dataset, 'hold')) return 'cannot hold: permission denied'
    if (place.snapshot.holds[tag] !== undefined) {
      return `cannot hold snapshot '${name}': tag already exists on this dataset`
    }
    place.snapshot.holds[tag] = context.clock()
    return changed(context, place)
  })

/** `zfs release [-r] TAG NAME@SNAP…`. */
export const release: Command = (context, args) =>
  each(context, args, 'release', (name, tag) => {
    const place = findSnapshot(context.store, name)
    if (!place) return `cannot release hold from snapshot '${name}': dataset does not exist`
    if (place.snapshot.holds[tag] === undefined) {
      return `cannot release hold from snapshot '${name}': no such tag on this dataset`
    }
    if (!mayDo(context.user, place.pool, place.dataset, 'release')) return 'cannot release: permission denied'
    delete place.snapshot.holds[tag]
    return changed(context, place)
  })

/** `zfs holds [-rHp] NAME@SNAP…`. */
export const holds: Command = (context, args) => {
  const options = parseOptions(args, 'rHp', usageOf('holds'))
  const rows: string[][] = []
  let exitCode = 0
  for (const given of options.operands) {
    for (const name of options.flags.has('r') ? withDescendants(context, given) : [given]) {
      const place = findSnapshot(context.store, name)
      if (!place) {
        complain(context, missingDataset(name).message)
        exitCode = 1
        continue
      }
      const entries = Object.entries(place.snapshot.holds).sort(([a], [b]) => (a < b ? -1 : 1))
      for (const [tag, time] of entries) rows.push([name, tag, options.flags.has('p') ? `${time}` : humanTime(time)])
    }
  }
  if (exitCode !== 0 && rows.length === 0) complain(context, 'no datasets available')
  if (options.flags.has('H')) for (const row of rows) say(context, row.join('\t'))
  else {
    const columns = ['NAME', 'TAG', 'TIMESTAMP'].map((header) => ({ header, right: false }))
    for (const line of table(columns, rows)) say(context, line)
  }
  return exitCode
}
