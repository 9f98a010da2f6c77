/** What the oracle is shown. Shapes of its own: nothing here comes from the product. */

export interface SnapshotSeen {
  readonly name: string
  readonly guid: string
  readonly txg: number
  /** Epoch seconds by the clock of its host, when it was taken. */
  readonly time: number
}

export interface DatasetSeen {
  readonly name: string
  readonly guid: string
  /** Epoch seconds by the clock of its host, when it was made. */
  readonly time: number
  readonly snapshots: readonly SnapshotSeen[]
  readonly bookmarks: readonly { readonly guid: string; readonly txg: number; readonly time: number }[]
}

/** A SAN as it truly is. */
export interface SanSeen {
  readonly id: string
  /** Its clock less the witness's. */
  readonly skewSeconds: number
  readonly pools: readonly {
    readonly name: string
    readonly imported: boolean
    readonly health: string
    readonly datasets: readonly DatasetSeen[]
  }[]
}

/** The settings that the rule speaks of, as a person writes them. */
export interface Settings {
  readonly max_delay_hours?: number
  readonly warn_delay_hours?: number
  readonly min_age_hours?: number
  readonly primary_max_age_hours?: number
  readonly max_recovery_point_hours?: number
  readonly snapshot_include?: readonly string[]
  readonly snapshot_exclude?: readonly string[]
  readonly recursive?: boolean
}

export interface MappingSeen {
  readonly primary: { readonly host: string; readonly dataset: string }
  readonly backup: { readonly host: string; readonly dataset: string }
  readonly settings: Settings
}

export type Health = 'HEALTHY' | 'WARNING' | 'UNKNOWN' | 'BROKEN'

/** What the product shows of one dataset after a check. */
export interface Shown {
  readonly primary: { readonly host: string; readonly dataset: string }
  readonly backup: { readonly host: string; readonly dataset: string }
  readonly health: Health
  readonly codes: readonly string[]
}

export interface Check {
  /** Epoch ms of the witness's clock when it began. */
  readonly began: number
  /** Nothing stood between the witness and what it wanted to see. */
  readonly clear: boolean
  /** The check itself says that it did its work. */
  readonly succeeded: boolean
}

export function poolOf(sans: ReadonlyMap<string, SanSeen>, { host, dataset }: { host: string; dataset: string }) {
  const name = dataset.split('/')[0]
  return sans.get(host)?.pools.find((pool) => pool.name === name) ?? null
}

export function find(sans: ReadonlyMap<string, SanSeen>, at: { host: string; dataset: string }): DatasetSeen | null {
  const pool = poolOf(sans, at)
  return pool?.imported === true ? (pool.datasets.find(({ name }) => name === at.dataset) ?? null) : null
}

/** Both pools can be looked into. */
export function isThere(sans: ReadonlyMap<string, SanSeen>, { primary, backup }: MappingSeen): boolean {
  return [primary, backup].every((at) => {
    const pool = poolOf(sans, at)
    return pool?.imported === true && (pool.health === 'ONLINE' || pool.health === 'DEGRADED')
  })
}

export const hostSeconds = (sans: ReadonlyMap<string, SanSeen>, host: string, witnessMs: number): number =>
  witnessMs / 1000 + (sans.get(host)?.skewSeconds ?? 0)
