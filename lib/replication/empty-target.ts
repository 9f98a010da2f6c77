import type { Policy } from '#config/effective.ts'
import type { DatasetType } from '#lib/zfs/types.ts'
import { chooseStream, NO_LINE } from './encryption.ts'
import type { Inventory } from './types.ts'

/**
 * `logicalreferenced` of a dataset that was just created, in bytes: OpenZFS 2.3.9 on sectors of 512 bytes, 4 KiB and 8 KiB,
 * mounted or not, whatever is set on it. Neither redundancy nor compression changes it; the smallest file adds to it. Names
 * without content (empty files, directories) do not show.
 */
const NEW_BYTES: Readonly<Record<DatasetType, Readonly<Record<'plain' | 'encrypted', readonly number[]>>>> = {
  filesystem: { plain: [12_288, 43_008, 79_872], encrypted: [50_176, 70_656, 99_328] },
  volume: { plain: [6_144, 28_672, 53_248], encrypted: [26_112, 41_472, 61_952] },
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
  const begins = { policy, primary: primary.facts, backup: null, goesOn: false, ivSets: null, memory: NO_LINE }
  if (ownKey && !chooseStream(begins).options.raw) return false
  const empty = NEW_BYTES[facts.type][facts.encryption === 'off' ? 'plain' : 'encrypted']
  return swap.logicalBytes != null && empty.includes(swap.logicalBytes)
}

/** As a seed of something below it has made it (`createParent`): what stands below stays where it is. */
function isPlace({ backup, swap }: Inventory): boolean {
  return backup.state === 'present' && backup.facts.readonly && !backup.facts.mounted && swap?.canmount === 'off'
}
