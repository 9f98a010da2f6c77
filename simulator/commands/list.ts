import type { ZfsObject } from '../properties/objects.ts'
import { definitionOf, isUserProperty, type ObjectType } from '../properties/table.ts'
import { propertyOf, sortKey } from '../properties/values.ts'
import { type Command, complain, say } from '../state/environment.ts'
import type { Store } from '../state/store.ts'
import { table } from '../words/columns.ts'
import { Failure, usageOf } from '../words/fail.ts'
import { parseName } from '../words/names.ts'
import { allValues, lastValue, parseOptions } from '../words/options.ts'
import { parseTypes, select } from './select.ts'

const known = (name: string) =>
  name === 'name' || definitionOf(name) !== undefined || isUserProperty(name) || /^written[@#]./.test(name)

/** `zfs list`. */
export const list: Command = (context, args) => {
  const usage = usageOf('list')
  const options = parseOptions(args, 'HprjLd:t:o:s:S:', usage)
  const columns = (lastValue(options, 'o') ?? 'name,used,available,referenced,mountpoint').split(',')
  const stranger = columns.find((name) => !known(name))
  if (stranger !== undefined) throw new Failure(`bad property list: invalid property '${stranger}'\n${usage}`, 2)
  const order = options.values.filter(([letter]) => letter === 's' || letter === 'S')
  const unsortable = order.find(([, name]) => !known(name))
  if (unsortable) throw new Failure(`invalid property '${unsortable[1]}'\n${usage}`, 2)

  const typeTexts = allValues(options, 't')
  const types =
    typeTexts.length > 0 ? parseTypes(typeTexts.join(','), usage) : new Set<ObjectType>(['filesystem', 'volume'])
  const depth = depthOf(options.flags.has('r'), lastValue(options, 'd'), options.operands, types, usage)
  const nameable = new Set(types)
  if (typeTexts.length === 0) nameable.add('snapshot')
  if (depth > 0) {
    nameable.add('filesystem')
    if (types.has('snapshot') || types.has('bookmark')) nameable.add('volume')
  }

  let exitCode = 0
  const rows = select(context, { names: options.operands, types, nameable, depth }, (failure) => {
    complain(context, failure.message)
    exitCode = 1
  })
  sort(context.store, rows, order)
  const exact = options.flags.has('p')
  const cells = rows.map((object) =>
    columns.map((name) => propertyOf(context.store, object, name, exact)?.value ?? '-'),
  )
  if (options.flags.has('H')) for (const row of cells) say(context, row.join('\t'))
  else if (cells.length > 0) {
    const heads = columns.map((name) => ({
      header: definitionOf(name)?.header ?? name.toUpperCase(),
      right: definitionOf(name)?.right ?? false,
    }))
    for (const line of table(heads, cells)) say(context, line)
  }
  if (rows.length === 0 && exitCode === 0 && !options.flags.has('H')) complain(context, 'no datasets available')
  return exitCode
}

/** `-t snapshot NAME` (or bookmark) means one level down, of a dataset; nothing else recurses by itself. */
function depthOf(
  recursive: boolean,
  limit: string | undefined,
  names: readonly string[],
  types: ReadonlySet<ObjectType>,
  usage: string,
): number {
  if (limit !== undefined) {
    if (!/^\d+$/.test(limit)) throw new Failure(`${limit} is not a number\n${usage}`, 2)
    return Number(limit)
  }
  if (recursive || names.length === 0) return Number.POSITIVE_INFINITY
  const one = types.size === 1 && (types.has('snapshot') || types.has('bookmark'))
  return one && names.every((name) => !/[@#]/.test(name) || parseName(name).kind === 'dataset') ? 1 : 0
}

function sort(store: Store, rows: ZfsObject[], order: readonly (readonly [string, string])[]): void {
  if (order.length === 0) return
  const keys = new Map(rows.map((row) => [row, order.map(([, name]) => sortKey(store, row, name))]))
  rows.sort((a, b) => {
    for (const [at, [letter]] of order.entries()) {
      const [left, right] = [keys.get(a)?.[at] ?? null, keys.get(b)?.[at] ?? null]
      if (left === right) continue
      if (left === null) return 1
      if (right === null) return -1
      const ascending = left < right ? -1 : 1
      return letter === 'S' ? -ascending : ascending
    }
    return 0
  })
}
