import { parentOf } from '#lib/zfs/names.ts'
import type { Check, Inventory, Rights, Step } from '../types.ts'
import { missingFrom, type NeededRights, neededRights } from './needed-rights.ts'

/** Do the logins have the rights that the commands need? What cannot be read is tried: ZFS refuses harmlessly. */
export function rightsCheck(
  { mapping, missingParents = [] }: Pick<Inventory, 'mapping' | 'missingParents'>,
  rights: Rights,
  steps: readonly Step[],
): Check {
  const needed = neededRights(steps, mapping.backup.dataset)
  // A line for the dataset above the backup serves whatever is made there, too; what is missing itself can be given none.
  const on = parentOf(missingParents[0] ?? mapping.backup.dataset) ?? mapping.backup.dataset
  const { primary, backup, onBackup = backup } = rights
  const lacking = (need: keyof NeededRights) => [
    ...lacks(mapping.primary.host, mapping.primary.dataset, missing(primary, needed.primary[need])),
    ...lacks(mapping.backup.host, on, [
      ...missing(backup, needed.backup[need]),
      ...missing(onBackup, needed.onBackup[need]),
    ]),
  ]
  const required = lacking('required')
  if (required.length > 0) return check('failed', required)
  const unknown = [
    ...(primary === null ? [mapping.primary.host] : []),
    ...(backup === null || onBackup === null ? [mapping.backup.host] : []),
  ]
  if (unknown.length > 0) {
    const sentence = `${unknown.join(' and ')} did not say what the login may do; what is missing is refused before anything is changed.`
    return { id: 'rights', state: 'unknown', sentence, cure: null }
  }
  const wished = lacking('wanted')
  if (wished.length > 0) return check('warning', wished)
  return { id: 'rights', state: 'ok', sentence: 'The logins have the rights that the commands need.', cure: null }
}

interface Lack {
  readonly sentence: string
  readonly line: string
}

function missing(has: Rights['primary'], wanted: ReadonlySet<string>): readonly string[] {
  return has === null || has === 'all' ? [] : missingFrom(has, wanted)
}

function lacks(host: string, on: string, rights: readonly string[]): readonly Lack[] {
  if (rights.length === 0) return []
  const named = [...new Set(rights)].toSorted()
  return [
    {
      sentence: `On ${host} the login lacks ${named.join(', ')} for ${on}.`,
      line: `on ${host}: zfs allow LOGIN ${named.join(',')} ${on}`,
    },
  ]
}

function check(state: Check['state'], lacking: readonly Lack[]): Check {
  return {
    id: 'rights',
    state,
    sentence: lacking.map(({ sentence }) => sentence).join(' '),
    cure: `Let the SAN's admin run: ${lacking.map(({ line }) => line).join('; ')}`,
  }
}
