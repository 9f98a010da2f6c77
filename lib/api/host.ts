import { z } from 'zod'
import type { Config } from '#config/effective.ts'
import type { HostState } from '#lib/engine/types.ts'
import { describedEnum } from './described-enum.ts'
import { isoOrNull, Timestamp } from './time.ts'

export const HostRole = describedEnum<'PRIMARY' | 'BACKUP' | 'BOTH' | 'NONE'>('HostRole', 'What a SAN is used as.', {
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
    sizeBytes: z.string().describe('Bytes, as text because they can pass 2^53.'),
    freeBytes: z.string(),
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
    pools: state.pools.map(({ name, health, readonly, sizeBytes, freeBytes }) => ({
      name,
      state: health,
      readonly,
      sizeBytes: String(sizeBytes),
      freeBytes: String(freeBytes),
    })),
  }
}

function roleOf(id: string, pairs: Config['pairs']): HostView['role'] {
  const primary = pairs.some((pair) => pair.primary === id)
  const backup = pairs.some((pair) => pair.backup === id)
  if (primary && backup) return 'BOTH'
  return primary ? 'PRIMARY' : backup ? 'BACKUP' : 'NONE'
}
