import type { Config } from '#config/effective.ts'
import { roleOf } from '#lib/api/host.ts'
import type { Engine, HostState } from '#lib/engine/types.ts'
import { roomIn } from '#lib/replication/space.ts'
import { availability } from '#lib/replication/windows.ts'
import { type Exposition, labelText, one } from './text.ts'

/** As `zpool` calls them. What it calls otherwise is OTHER: a SAN makes up no labels. */
const POOL_STATES = ['ONLINE', 'DEGRADED', 'FAULTED', 'OFFLINE', 'REMOVED', 'UNAVAIL', 'SUSPENDED', 'OTHER'] as const

interface Parts {
  readonly engine: Pick<Engine, 'hosts'>
  readonly config: Pick<Config, 'hosts' | 'pairs' | 'scheduler'>
  /** Epoch ms. */
  readonly now: number
}

/** All that is said of SANs and their pools, as last seen. */
export function hostGauges(to: Exposition, { engine, config, now }: Parts): void {
  const up = to.gauge('zwitness_host_up', '1: a SAN answered when it was asked last, 0: it did not.')
  const off = to.gauge(
    'zwitness_host_planned_offline',
    '1 while the configuration (online) does not expect a SAN to answer.',
  )
  const connect = to.gauge(
    'zwitness_host_ssh_connect_seconds',
    'How long the first session of the last check took, from the login to its answer.',
  )
  const known = engine.hosts().filter(({ id }) => config.hosts.has(id))
  for (const { id, reachable, latencyMs } of known) {
    const labels = labelText({ host: id, role: roleOf(id, config.pairs) })
    const online = config.hosts.get(id)?.online ?? { kind: 'always' as const }
    up.add(labels, reachable === null ? null : one(reachable))
    off.add(labels, one(availability(online, now, config.scheduler.timezone).kind === 'planned-off'))
    connect.add(labelText({ host: id }), latencyMs === null ? null : latencyMs / 1000)
  }
  pools(to, known)
}

function pools(to: Exposition, hosts: readonly HostState[]): void {
  const free = to.gauge('zwitness_pool_free_bytes', 'What may still be written to a pool, as repairs are judged by it.')
  const size = to.gauge('zwitness_pool_size_bytes', 'What a pool has for data in all.')
  const health = to.gauge('zwitness_pool_health', 'The state of a pool: 1 for the one that it has, 0 for the others.')
  for (const host of hosts) {
    for (const pool of host.pools) {
      const labels = labelText({ host: host.id, pool: pool.name })
      const room = roomIn(pool)
      free.add(labels, room.free)
      size.add(labels, room.size)
      const state = POOL_STATES.find((each) => each === pool.health) ?? 'OTHER'
      for (const each of POOL_STATES) health.add(`${labels},state="${each}"`, one(each === state))
    }
  }
}
