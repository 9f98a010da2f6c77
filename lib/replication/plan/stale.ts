import type { Comparison, Inventory, PresentSide } from '../types/inventory.ts'
import type { Expectation } from '../types/plan.ts'
import { digestOf, guidsAfter, presentOf } from './expectation.ts'

/**
 * What of the facts that a plan rests on has changed since it was made, as a sentence; null = it still holds. Only the
 * named facts count: other snapshots that came or went on the primary do not, the target stays the one shown.
 */
export function whatChanged(expects: Expectation, fresh: Inventory, comparison: Comparison | null): string | null {
  return primaryChange(expects, fresh) ?? backupChange(expects, fresh, comparison)
}

function primaryChange(expects: Expectation, { primary, mapping }: Inventory): string | null {
  const { host, dataset } = mapping.primary
  if (primary.state !== 'present') return `${host} did not show ${dataset} this time.`
  if (primary.facts.guid !== expects.primaryDatasetGuid) return `${dataset} on ${host} is another dataset now.`
  for (const { kind, name, guid } of expects.named) {
    const list = kind === 'snapshot' ? primary.snapshots : primary.bookmarks
    const mark = kind === 'snapshot' ? '@' : '#'
    const now = list.find((entry) => entry.name === name)
    if (now === undefined) return `${mark}${name}, which the plan needs, is no longer on ${host}.`
    if (now.guid !== guid) return `${mark}${name} on ${host} is another snapshot now.`
  }
  return null
}

function backupChange(expects: Expectation, fresh: Inventory, comparison: Comparison | null): string | null {
  const { host, dataset } = fresh.mapping.backup
  if (fresh.backup.state === 'unknown' || fresh.backup.state === 'pool-unavailable')
    return `${host} did not show ${dataset} this time.`
  const moved = besideChange(expects, fresh)
  if (moved !== null) return moved
  const backup = presentOf(fresh.backup)
  if (backup === null) return expects.backupDatasetGuid === null ? null : `${dataset} is no longer on ${host}.`
  if (expects.backupDatasetGuid === null) return `${dataset} is on ${host} now; it was missing when the plan was made.`
  if (backup.facts.guid !== expects.backupDatasetGuid) return `${dataset} on ${host} is another dataset now.`
  return baseChange(expects, backup, host, comparison) ?? writeChange(expects, backup, fresh)
}

/** What stands beside the backup and the plan goes on from. */
function besideChange({ beside }: Expectation, { backupSiblings, mapping }: Inventory): string | null {
  for (const { name, guid } of beside) {
    const now = (backupSiblings ?? []).find((sibling) => sibling.name === name)
    if (now === undefined) return `${name} is no longer on ${mapping.backup.host}.`
    if (now.guid !== guid) return `${name} on ${mapping.backup.host} is another dataset now.`
  }
  return null
}

function baseChange(
  expects: Expectation,
  backup: PresentSide,
  host: string,
  comparison: Comparison | null,
): string | null {
  if (expects.baseGuid !== null && !backup.snapshots.some((entry) => entry.guid === expects.baseGuid)) {
    return `The base of the plan (guid ${expects.baseGuid}) is no longer on ${host}.`
  }
  if (comparison !== null && (comparison.base?.guid ?? null) !== expects.baseGuid) {
    return `The newest common snapshot is another one now (@${comparison.base?.name ?? 'none'}).`
  }
  const now = guidsAfter(backup, expects.baseGuid)
  const added = now.find((guid) => !expects.backupAfterBase.includes(guid))
  if (added !== undefined) {
    const name = backup.snapshots.find((entry) => entry.guid === added)?.name ?? added
    return `${host} has a snapshot that was not there when the plan was made: @${name}.`
  }
  return now.length === expects.backupAfterBase.length
    ? null
    : `${host} no longer has all the snapshots that it had when the plan was made.`
}

function writeChange(expects: Expectation, backup: PresentSide, { mapping }: Inventory): string | null {
  const { dataset } = mapping.backup
  if (backup.facts.written !== expects.backupWritten) return `${dataset} was written to since the plan was made.`
  if (digestOf(backup) === expects.tokenDigest) return null
  return expects.tokenDigest === null
    ? `A partial receive is in ${dataset} that was not there when the plan was made.`
    : `The partial receive in ${dataset} is no longer as it was when the plan was made.`
}
