import type { PlanKind } from '#lib/replication/types/plan.ts'
import type { DatasetType, Guid } from '#lib/zfs/types.ts'

export type SetAsideRole = 'aside' | 'next' | 'incoming'

/** A dataset of ours beside a backup dataset, with everything that a person needs to decide about it. */
export interface SetAside {
  /** Full name, `pool/ds.zw-aside-T`. */
  readonly name: string
  readonly guid: Guid
  readonly type: DatasetType
  readonly role: SetAsideRole
  readonly host: string
  readonly pool: string
  readonly datasetId: string
  /** The backup dataset that it stands beside; its guid is null where that is not there, or could not be read. */
  readonly backup: { readonly name: string; readonly guid: Guid | null }
  /** Epoch ms, by its name; null where the name holds no possible time. */
  readonly madeAt: number | null
  /** Exactly what removing it would free. */
  readonly usedBytes: number
  readonly snapshots: number
  /** Snapshots with a hold. */
  readonly held: number
  /** Datasets directly below it. */
  readonly children: readonly string[]
  /** `pool/ds@snap` that cannot be destroyed as long as this is there; null where it is no clone. */
  readonly pins: string | null
  /** The run whose plan made it; null: not known (the database was lost, or somebody made it by hand). */
  readonly madeBy: MadeBy | null
  /** Null: the script for the SAN's admin removes it. Else why it does not. */
  readonly keepBecause: string | null
}

export interface MadeBy {
  readonly runId: number
  /** Epoch ms. */
  readonly at: number
  readonly actor: string
  readonly planKind: PlanKind
  /** What the person who asked wrote, or why policy did it. */
  readonly reason: string | null
}
