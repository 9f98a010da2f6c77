import { type Command, say } from '../state/environment.ts'
import { table } from '../words/columns.ts'
import { Failure, usageOf } from '../words/fail.ts'
import { lastValue, parseOptions } from '../words/options.ts'
import { columnsOf, openPools, poolProperties, poolProperty } from './list.ts'

/** `zpool get [-Hp] [-o …] PROPERTIES [POOL…]`. */
export const getPools: Command = (context, args) => {
  const usage = usageOf('get')
  const options = parseOptions(args, 'Hpo:j', usage)
  const [text, ...poolNames] = options.operands
  if (text === undefined) throw new Failure(`missing property argument\n${usage}`, 2)
  const all = Object.keys(poolProperties).filter((name) => name !== 'name')
  const names = text === 'all' ? all : columnsOf(text, usage)
  const columns = (lastValue(options, 'o') ?? 'name,property,value,source').split(',')
  const { pools, exitCode } = openPools(context, poolNames)
  const rows = pools.flatMap((pool) =>
    names.map((name) => {
      const property = poolProperty(name)
      const value = property?.value(pool, options.flags.has('p')) ?? '-'
      const source = property?.source ?? (name.startsWith('feature@') ? 'local' : '-')
      const cells: Record<string, string> = { name: pool.name, property: name, value, source }
      return columns.map((column) => cells[column] ?? '-')
    }),
  )
  if (options.flags.has('H')) for (const row of rows) say(context, row.join('\t'))
  else
    for (const line of table(
      columns.map((column) => ({ header: column.toUpperCase(), right: false })),
      rows,
    ))
      say(context, line)
  return exitCode
}
