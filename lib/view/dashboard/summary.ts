import type { HostView } from '#lib/api/host.ts'
import type { StatusView } from '#lib/api/status.ts'
import type { DatasetRow } from '../dataset-row.ts'
import type { Overlooked } from '../not-fresh.tsx'

/** What stands above the table. */
export interface Summary {
  readonly overall: StatusView['overall']
  readonly headline: string
  readonly counts: StatusView['counts']
  readonly hosts: readonly HostView[]
  readonly pairs: readonly { readonly name: string; readonly primary: string; readonly backup: string }[]
  /** RFC 3339. */
  readonly lastCheckAt: string | null
  readonly nextCheckAt: string | null
  readonly oldest: { readonly name: string; readonly lagSeconds: number } | null
  /** Null: everything is looked at in time. */
  readonly overlooked: Overlooked | null
}

/** The dataset whose backup is oldest. */
export function oldestOf(rows: readonly DatasetRow[]): Summary['oldest'] {
  let oldest: DatasetRow | null = null
  for (const row of rows) if (!row.retired && (row.lagSeconds ?? -1) > (oldest?.lagSeconds ?? -1)) oldest = row
  return oldest === null ? null : { name: oldest.name, lagSeconds: oldest.lagSeconds ?? 0 }
}
