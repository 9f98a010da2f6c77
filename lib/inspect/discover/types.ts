import type { ListedDataset, ListedSnapshot } from '#lib/zfs/answers.ts'
import type { DatasetType, Guid } from '#lib/zfs/types.ts'

/** Everything that one host holds. */
export interface HostListing {
  readonly host: string
  readonly datasets: readonly ListedDataset[]
  readonly snapshots: readonly ListedSnapshot[]
}

/** A dataset of the primary, and one of the backup that holds snapshots of it. */
export interface DiscoveredMapping {
  readonly primary: string
  readonly backup: string
  readonly type: DatasetType
  readonly commonCount: number
  /** Named as on the primary. */
  readonly newestCommon: { readonly name: string; readonly guid: Guid; readonly creation: number | null }
  /** Snapshots of the primary after it. */
  readonly behind: number
  /** Id of the dataset that watches it already, or null. */
  readonly configured: string | null
}

export interface Unmatched {
  readonly dataset: string
  readonly type: DatasetType
  readonly snapshots: number
  /** Id of a configured mapping that names it, or null. */
  readonly configured: string | null
  /** What it is instead, where that is known: a set-aside, a container without snapshots. */
  readonly note: string | null
}

export interface Discovery {
  /** Host ids. */
  readonly primary: string
  readonly backup: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly mappings: readonly DiscoveredMapping[]
  /** Of the primary, without a backup here. */
  readonly withoutBackup: readonly Unmatched[]
  /** Of the backup, without a primary there. */
  readonly withoutPrimary: readonly Unmatched[]
  /** A `pairs:` section to paste. */
  readonly yaml: string
}

/** What the configuration says already. */
export interface Configured {
  readonly id: string
  readonly primary: string
  readonly backup: string
}

/** A host that could not be listed: nothing is known of what it holds, so nothing is said of it. */
export class NotListed extends Error {
  override readonly name = 'NotListed'
  readonly host: string
  readonly retryable: boolean

  constructor(host: string, message: string, retryable: boolean) {
    super(message)
    this.host = host
    this.retryable = retryable
  }
}
