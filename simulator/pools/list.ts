import { table } from '../cli/columns.ts'
import { type Command, type Context, complain, say } from '../cli/context.ts'
import { Failure } from '../cli/fail.ts'
import { lastValue, parseOptions } from '../cli/options.ts'
import { usageOf } from '../cli/usage.ts'
import type { PoolRecord } from '../state/model.ts'
import { importedPool } from '../state/tree.ts'
import { poolProperty } from './properties.ts'

/** The pools named, or all, in the order of their names; complains of those that are not there. */
export function openPools(context: Context, names: readonly string[]): { pools: PoolRecord[]; exitCode: number } {
  if (names.length === 0) return { pools: byName(context.store.allPools().filter((one) => one.imported)), exitCode: 0 }
  let exitCode = 0
  const pools = names.flatMap((name) => {
    const pool = importedPool(context.store, name)
    if (pool) return [pool]
    complain(context, `cannot open '${name}': no such pool`)
    exitCode = 1
    return []
  })
  return { pools: byName(pools), exitCode }
}

function byName(pools: readonly PoolRecord[]): PoolRecord[] {
  return pools.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

export function columnsOf(text: string, usage: string): string[] {
  const names = text.split(',')
  const stranger = names.find((name) => !poolProperty(name))
  if (stranger !== undefined) throw new Failure(`bad property list: invalid property '${stranger}'\n${usage}`, 2)
  return names
}

const usual = 'name,size,allocated,free,checkpoint,expandsize,fragmentation,capacity,dedupratio,health,altroot'

/** `zpool list [-Hp] [-o …] [POOL…]`. */
export const listPools: Command = (context, args) => {
  const usage = usageOf('list')
  const options = parseOptions(args, 'HpLPvgo:T:j', usage)
  const names = columnsOf(lastValue(options, 'o') ?? usual, usage)
  const { pools, exitCode } = openPools(context, options.operands)
  const rows = pools.map((pool) => names.map((name) => poolProperty(name)?.value(pool, options.flags.has('p')) ?? '-'))
  if (options.flags.has('H')) for (const row of rows) say(context, row.join('\t'))
  else if (rows.length > 0) {
    const columns = names.map((name) => ({
      header: poolProperty(name)?.header ?? name,
      right: poolProperty(name)?.right ?? false,
    }))
    for (const line of table(columns, rows)) say(context, line)
  } else if (exitCode === 0) say(context, 'no pools available')
  return exitCode
}
