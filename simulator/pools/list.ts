import { humanSize } from '../properties/sizes.ts'
import { type Command, type Context, complain, say } from '../state/environment.ts'
import type { PoolRecord } from '../state/model.ts'
import { rawAllocatedBytes } from '../state/space.ts'
import { importedPool } from '../state/tree.ts'
import { table } from '../words/columns.ts'
import { Failure, usageOf } from '../words/fail.ts'
import { lastValue, parseOptions } from '../words/options.ts'

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

interface PoolProperty {
  readonly header: string
  readonly right?: boolean
  readonly source?: 'default'
  readonly value: (pool: PoolRecord, exact: boolean) => string
}

const bytes = (of: (pool: PoolRecord) => number) => (pool: PoolRecord, exact: boolean) =>
  exact ? `${of(pool)}` : humanSize(of(pool), 'B')
const percent = (of: (pool: PoolRecord) => number) => (pool: PoolRecord, exact: boolean) =>
  `${of(pool)}${exact ? '' : '%'}`
const fixed = (text: string) => () => text
const capacity = (pool: PoolRecord) => Math.floor((rawAllocatedBytes(pool) / pool.size) * 100)

export const poolProperties: Readonly<Record<string, PoolProperty>> = {
  name: { header: 'NAME', value: (pool) => pool.name },
  size: { header: 'SIZE', right: true, value: bytes((pool) => pool.size) },
  capacity: { header: 'CAP', right: true, value: percent(capacity) },
  altroot: { header: 'ALTROOT', source: 'default', value: fixed('-') },
  health: { header: 'HEALTH', right: true, value: (pool) => pool.health },
  guid: { header: 'GUID', right: true, value: (pool) => pool.guid },
  version: { header: 'VERSION', source: 'default', value: fixed('-') },
  allocated: { header: 'ALLOC', right: true, value: bytes(rawAllocatedBytes) },
  free: { header: 'FREE', right: true, value: bytes((pool) => pool.size - rawAllocatedBytes(pool)) },
  checkpoint: { header: 'CKPOINT', right: true, value: fixed('-') },
  expandsize: { header: 'EXPANDSZ', right: true, value: fixed('-') },
  fragmentation: { header: 'FRAG', right: true, value: percent(() => 1) },
  dedupratio: { header: 'DEDUP', right: true, value: (_, exact) => (exact ? '1.00' : '1.00x') },
  readonly: { header: 'RDONLY', value: (pool) => (pool.readonly ? 'on' : 'off') },
  autotrim: { header: 'AUTOTRIM', source: 'default', value: fixed('off') },
  ashift: { header: 'ASHIFT', source: 'default', value: fixed('0') },
  'feature@bookmarks': { header: 'BOOKMARKS', value: fixed('active') },
  'feature@large_blocks': { header: 'LARGE_BLOCKS', value: fixed('enabled') },
  'feature@encryption': { header: 'ENCRYPTION', value: fixed('enabled') },
}

const aliases: Record<string, string> = {
  alloc: 'allocated',
  cap: 'capacity',
  frag: 'fragmentation',
  dedup: 'dedupratio',
  ckpoint: 'checkpoint',
}

export const poolProperty = (name: string): PoolProperty | undefined => poolProperties[aliases[name] ?? name]
