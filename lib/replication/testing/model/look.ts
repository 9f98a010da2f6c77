import { parseOwnDatasetName } from '#lib/zfs/names.ts'
import type { ResumeTokenFacts, SnapshotEntry } from '#lib/zfs/types.ts'
import type { ChildDataset, Inventory, PresentSide, Sibling, SwapFacts } from '../../types/inventory.ts'
import { backupSide, MAPPING, NOW, primarySide } from '../world.ts'
import { type ModelDataset, type ModelSnapshot, OWN_OVERHEAD, parentOf } from './objects.ts'
import type { ModelSan } from './san.ts'
import { startOf, targetOf } from './stream.ts'

/*
 * What a look at the two sides shows of them.
 */

export function inventoryParts(primary: ModelDataset, backup: ModelDataset | null, san: ModelSan) {
  const here = primarySide(primary.snapshots.map(entryOf), primary.bookmarks, {
    type: primary.type,
    guid: primary.guid,
  })
  const there: PresentSide | null =
    backup === null
      ? null
      : {
          ...backupSide(backup.snapshots.map(entryOf), {
            type: backup.type,
            guid: backup.guid,
            origin: san.originName(backup),
            written: backup.live.filter(({ id }) => id !== OWN_OVERHEAD || backup.snapshots.length > 0).length * 4096,
            readonly: backup.local.get('readonly') === 'on',
            receiveResumeToken: backup.partial?.token ?? null,
          }),
          bookmarks: backup.bookmarks,
        }
  return { here, there, swap: backup === null ? undefined : swapOf(backup, san) }
}

function swapOf(backup: ModelDataset, san: ModelSan): SwapFacts {
  const local = [...backup.local].map(([name, value]) => ({ name, value }))
  return { children: childrenOf(backup, san), local, canmount: canmountOf(backup), shared: false }
}

export function siblingsOf(san: ModelSan): readonly Sibling[] {
  return [...san.datasets.values()]
    .filter(({ name }) => parseOwnDatasetName(name)?.of === MAPPING.backup.dataset)
    .map((dataset) => ({
      name: dataset.name,
      guid: dataset.guid,
      type: dataset.type,
      origin: san.originName(dataset),
      creation: NOW / 1000 - 3600,
      usedBytes: 4096,
      written: dataset.live.length * 4096,
      canmount: canmountOf(dataset),
      encryptionRoot: null,
      receiveResumeToken: dataset.partial?.token ?? null,
      children: childrenOf(dataset, san),
      snapshots: dataset.snapshots.map(entryOf),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** As the engine asks for it: of the newest one that has a token. */
export function incomingToken(
  primary: ModelDataset,
  siblings: readonly Sibling[],
  san: ModelSan,
): Inventory['incomingToken'] {
  const begun = siblings.findLast((each) => each.name.includes('.zw-incoming-') && each.receiveResumeToken !== null)
  return begun === undefined ? null : { name: begun.name, facts: tokenFacts(primary, san.dataset(begun.name)) }
}

export function tokenFacts(primary: ModelDataset, { partial }: ModelDataset): Inventory['token'] {
  if (partial === null) return null
  const target = targetOf(primary, partial)
  if (target === null) return { unusable: 'token-stale', text: 'used in the initial send no longer exists' }
  if (startOf(primary, partial.fromGuid) === undefined)
    return { unusable: 'token-stale', text: 'incremental source no longer exists' }
  const { toGuid, fromGuid } = partial
  const from = startOf(primary, fromGuid)
  const facts: ResumeTokenFacts = {
    toGuid,
    fromGuid,
    toName: `${primary.name}@${target.name}`,
    bytes: 10,
    remainingBytes: 20,
    flags: { raw: false, compressed: false, largeBlocks: false, embedded: false },
    sends: { from: from == null ? null : `${primary.name}@${from.name}`, to: `${primary.name}@${target.name}` },
  }
  return facts
}

export function canmountOf({ type, local }: ModelDataset): 'on' | 'off' | 'noauto' | null {
  const value = local.get('canmount') ?? 'on'
  return type === 'volume' ? null : value === 'off' || value === 'noauto' ? value : 'on'
}

function childrenOf(parent: ModelDataset, san: ModelSan): readonly ChildDataset[] {
  return san
    .tree(parent.name)
    .filter(({ name }) => parentOf(name) === parent.name)
    .map(({ name, type }) => ({ name, type, encryptionRoot: null }))
}

function entryOf({ name, guid, createtxg, creation, holds }: ModelSnapshot): SnapshotEntry {
  return { name, guid, createtxg, creation, holds: holds.size }
}
