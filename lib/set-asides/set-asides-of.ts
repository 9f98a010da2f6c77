import type { Inventory, Sibling } from '#lib/replication/types/inventory.ts'
import { type OwnDatasetName, parseOwnDatasetName, poolOf, timeOfStamp } from '#lib/zfs/names.ts'
import type { Guid } from '#lib/zfs/types.ts'
import { whyKept } from './keep.ts'
import type { MadeBy, SetAside } from './set-aside.ts'

export interface Around {
  readonly inventory: Inventory
  /** The repair that is queued or running for the dataset. */
  readonly activeRunId: number | null
  /** A swap of it was cut off half-way. */
  readonly halfDone: boolean
  readonly madeBy: ReadonlyMap<string, MadeBy>
}

/** What stands beside one backup, newest first; null where it could not be read, which is not "nothing". */
export function setAsidesOf(around: Around): readonly SetAside[] | null {
  const { mapping, backup, backupSiblings } = around.inventory
  if (backup.state === 'unknown' || backup.state === 'pool-unavailable' || backupSiblings === undefined) return null
  const common = hasCommon(around.inventory)
  return backupSiblings
    .flatMap((sibling) => {
      const own = parseOwnDatasetName(sibling.name)
      if (own === null || own.of !== mapping.backup.dataset) return []
      return [describe(sibling, own, around, common)]
    })
    .toSorted((a, b) => (b.madeAt ?? 0) - (a.madeAt ?? 0) || (a.name < b.name ? -1 : 1))
}

function describe(sibling: Sibling, own: OwnDatasetName, around: Around, common: boolean): SetAside {
  const { mapping, backup } = around.inventory
  return {
    name: sibling.name,
    guid: sibling.guid,
    type: sibling.type,
    role: own.role,
    host: mapping.backup.host,
    pool: poolOf(sibling.name),
    datasetId: mapping.id,
    backup: { name: mapping.backup.dataset, guid: backup.state === 'present' ? backup.facts.guid : null },
    madeAt: timeOfStamp(own.stamp),
    usedBytes: sibling.usedBytes,
    snapshots: sibling.snapshots.length,
    held: sibling.snapshots.filter(({ holds }) => holds > 0).length,
    children: sibling.children.map(({ name }) => name),
    pins: sibling.origin,
    madeBy: around.madeBy.get(sibling.name) ?? null,
    keepBecause: whyKept(sibling, own.role, around, common),
  }
}

function hasCommon({ primary, backup }: Inventory): boolean {
  if (primary.state !== 'present' || backup.state !== 'present') return false
  const there = new Set<Guid>(backup.snapshots.map(({ guid }) => guid))
  return [...primary.snapshots, ...primary.bookmarks].some(({ guid }) => there.has(guid))
}
