import type { Policy } from '#config/effective.ts'
import type { DatasetType } from '#lib/zfs/types.ts'
import { chooseStream } from './encryption.ts'
import type { Inventory } from './types.ts'

/**
 * Most bytes (`logicalreferenced`) that a newly created dataset has, by OpenZFS 2.3.9 with sectors of 512 bytes to 8 KiB,
 * whatever the redundancy. A file of any size comes on top of it; names without content (empty files, directories) do not
 * show in it.
 */
const NEW_BYTES: Readonly<Record<DatasetType, { readonly plain: number; readonly encrypted: number }>> = {
  filesystem: { plain: 12_288, encrypted: 50_688 },
  volume: { plain: 6_144, encrypted: 26_112 },
}

/**
 * A backup that somebody made for us and nobody has used: without snapshots, without anything in it or below it, shared
 * with nobody. Nothing is lost with it, so it may make room by itself. What could not be read is not empty.
 */
export function isEmptyTarget({ inventory }: { readonly inventory: Inventory }, policy: Policy): boolean {
  const { backup, primary, swap } = inventory
  if (backup.state !== 'present' || primary.state !== 'present' || swap == null) return false
  const { facts, snapshots, bookmarks } = backup
  if (snapshots.length > 0 || bookmarks.length > 0 || facts.receiveResumeToken !== null || facts.origin !== null)
    return false
  if (swap.shared || (swap.children.length > 0 && !isPlace(inventory))) return false
  // Its own key would go with it, and what comes in its place would lie there in plain.
  const ownKey = facts.encryption !== 'off' && facts.encryptionRoot === facts.name
  const begins = { policy, primary: primary.facts, backup: null, goesOn: false, ivSets: null, everRaw: false }
  if (ownKey && !chooseStream(begins).options.raw) return false
  const most = NEW_BYTES[facts.type][facts.encryption === 'off' ? 'plain' : 'encrypted']
  return swap.logicalBytes != null && swap.logicalBytes <= most
}

/** As a seed of something below it has made it (`createParent`): what stands below stays where it is. */
function isPlace({ backup, swap }: Inventory): boolean {
  return backup.state === 'present' && backup.facts.readonly && !backup.facts.mounted && swap?.canmount === 'off'
}
