import { type Command, say } from '../state/environment.ts'
import type { PoolRecord } from '../state/model.ts'
import { usageOf } from '../words/fail.ts'
import { parseOptions } from '../words/options.ts'
import { openPools } from './list.ts'

const advice: Record<string, readonly string[]> = {
  DEGRADED: [
    'status: One or more devices could not be used because the label is missing or',
    '\tinvalid.  Sufficient replicas exist for the pool to continue',
    '\tfunctioning in a degraded state.',
    "action: Replace the device using 'zpool replace'.",
    '   see: https://openzfs.github.io/openzfs-docs/msg/ZFS-8000-4J',
  ],
  SUSPENDED: [
    'status: One or more devices are faulted in response to IO failures.',
    "action: Make sure the affected devices are connected, then run 'zpool clear'.",
    '   see: https://openzfs.github.io/openzfs-docs/msg/ZFS-8000-HC',
  ],
}

/** `zpool status [-x] [POOL…]`. */
export const statusPools: Command = (context, args) => {
  const options = parseOptions(args, 'xvPLgtDsepj', usageOf('status'))
  const { pools, exitCode } = openPools(context, options.operands)
  const onlyIll = options.flags.has('x')
  const ill = pools.filter((pool) => pool.health !== 'ONLINE')
  if (onlyIll && ill.length === 0) {
    if (options.operands.length === 0) say(context, 'all pools are healthy')
    else for (const pool of pools) say(context, `pool '${pool.name}' is healthy`)
    return exitCode
  }
  for (const [at, pool] of (onlyIll ? ill : pools).entries()) {
    if (at > 0) say(context, '')
    for (const line of describe(pool)) say(context, line)
  }
  return exitCode
}

function describe(pool: PoolRecord): string[] {
  const device = `  /dev/disk/by-id/${pool.name}-0`
  const width = Math.max(device.length, pool.name.length)
  const row = (name: string, state: string) => `\t${name.padEnd(width)}  ${state.padEnd(8)}     0     0     0`
  return [
    `  pool: ${pool.name}`,
    ` state: ${pool.health}`,
    ...(advice[pool.health] ?? []),
    'config:',
    '',
    `\t${'NAME'.padEnd(width)}  STATE     READ WRITE CKSUM`,
    row(pool.name, pool.health),
    row(device, pool.health === 'ONLINE' ? 'ONLINE' : 'UNAVAIL'),
    '',
    'errors: No known data errors',
  ]
}
