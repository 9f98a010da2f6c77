import type { LookFault } from '#lib/replication/types/inventory.ts'
import type { PoolFacts } from '#lib/zfs/types.ts'
import type { HostReading } from './ports.ts'

/** The last thing known of a host. Times are epoch milliseconds; null means not looked yet. */
export interface HostState {
  readonly id: string
  readonly reachable: boolean | null
  readonly latencyMs: number | null
  readonly checkedAt: number | null
  /** When it last answered. */
  readonly seenAt: number | null
  readonly skewSeconds: number | null
  readonly fault: LookFault | null
  readonly pools: readonly PoolFacts[]
}

/** Remembers what each host answered last. Kept in memory: a new process has not looked yet, and says so. */
export class HostBook {
  readonly #states = new Map<string, HostState>()

  get(id: string): HostState {
    return this.#states.get(id) ?? unseen(id)
  }

  /** @returns the new state and whether anything but the times changed. */
  record(reading: HostReading, now: number): { readonly state: HostState; readonly changed: boolean } {
    const before = this.get(reading.host)
    const state: HostState = reading.reached
      ? {
          id: reading.host,
          reachable: true,
          latencyMs: reading.latencyMs,
          checkedAt: now,
          seenAt: now,
          skewSeconds: reading.skewSeconds,
          fault: null,
          pools: reading.pools === null ? before.pools : [...reading.pools.values()],
        }
      : { ...before, reachable: false, latencyMs: reading.latencyMs, checkedAt: now, fault: reading.fault }
    this.#states.set(reading.host, state)
    return { state, changed: shown(before) !== shown(state) }
  }
}

function unseen(id: string): HostState {
  return {
    id,
    reachable: null,
    latencyMs: null,
    checkedAt: null,
    seenAt: null,
    skewSeconds: null,
    fault: null,
    pools: [],
  }
}

function shown(state: HostState): string {
  return JSON.stringify([state.reachable, state.fault?.kind, state.pools.map((pool) => [pool.name, pool.health])])
}
