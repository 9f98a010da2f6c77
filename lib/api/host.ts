import { z } from 'zod'
import type { Config } from '#config/effective.ts'
import type { HostState } from '#lib/engine/types.ts'
import { roomIn } from '#lib/replication/space.ts'
import { isoOrNull } from '#lib/text/words.ts'
import type { PoolFacts } from '#lib/zfs/types.ts'
import { describedEnum, Timestamp } from './fields.ts'

const HostRole = describedEnum<'PRIMARY' | 'BACKUP' | 'BOTH' | 'NONE'>('HostRole', 'What a SAN is used as.', {
  PRIMARY: 'Others are copies of it.',
  BACKUP: 'It holds copies.',
  BOTH: 'Primary of one pair, backup of another.',
  NONE: 'No pair uses it.',
})

const Pool = z
  .object({
    name: z.string(),
    state: z
      .string()
      .describe('As `zpool` prints it: `ONLINE`, `DEGRADED` …')
      .meta({ examples: ['ONLINE'] }),
    readonly: z.boolean(),
    sizeBytes: z
      .string()
      .describe('As `zpool list` counts, with the parity of raidz. Bytes, as text because they can pass 2^53.'),
    freeBytes: z.string().describe('As `zpool list` counts.'),
    usable: z
      .object({ sizeBytes: z.string(), freeBytes: z.string() })
      .nullable()
      .describe(
        'The part of both that is for data, as datasets count: it decides whether a repair fits. Null: not read; then what `zpool list` counts decides.',
      ),
  })
  .meta({ id: 'Pool', description: 'A pool of a SAN as last seen.' })

export const Host = z
  .object({
    id: z.string(),
    hostname: z.string().nullable(),
    role: HostRole,
    reachable: z.boolean().nullable().describe('Null: nobody has looked yet.'),
    latencyMs: z.number().nullable(),
    checkedAt: Timestamp.nullable(),
    seenAt: Timestamp.nullable().describe('When it last answered.'),
    skewSeconds: z.number().nullable().describe("Its clock minus the witness's."),
    error: z.object({ kind: z.string(), message: z.string() }).nullable(),
    pools: z.array(Pool),
  })
  .meta({ id: 'Host', description: 'A SAN as last seen.' })

export type HostView = z.input<typeof Host>

export function hostView(state: HostState, config: Pick<Config, 'hosts' | 'pairs'>): HostView {
  const { id, reachable, latencyMs, skewSeconds, fault } = state
  return {
    id,
    hostname: config.hosts.get(id)?.hostname ?? null,
    role: roleOf(id, config.pairs),
    reachable,
    latencyMs,
    checkedAt: isoOrNull(state.checkedAt),
    seenAt: isoOrNull(state.seenAt),
    skewSeconds,
    error: fault && { kind: fault.kind, message: fault.message },
    pools: state.pools.map((pool) => ({
      name: pool.name,
      state: pool.health,
      readonly: pool.readonly,
      sizeBytes: String(pool.sizeBytes),
      freeBytes: String(pool.freeBytes),
      usable: usableView(pool),
    })),
  }
}

function usableView(pool: PoolFacts): { readonly sizeBytes: string; readonly freeBytes: string } | null {
  if (pool.usable === undefined) return null
  const { size, free } = roomIn(pool)
  return { sizeBytes: String(size), freeBytes: String(free) }
}

/** What a SAN is used as. */
export function roleOf(id: string, pairs: Config['pairs']): HostView['role'] {
  const primary = pairs.some((pair) => pair.primary === id)
  const backup = pairs.some((pair) => pair.backup === id)
  if (primary && backup) return 'BOTH'
  return primary ? 'PRIMARY' : backup ? 'BACKUP' : 'NONE'
}
