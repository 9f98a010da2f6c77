import { parentOf } from '#lib/zfs/paths.ts'
import type { Check, Mapping, Rights, Step } from '../types.ts'
import { missingFrom, neededRights } from './needed-rights.ts'

/** Do the logins have the rights that the commands need? What cannot be read is tried: ZFS refuses harmlessly. */
export function rightsCheck(mapping: Mapping, rights: Rights, steps: readonly Step[]): Check {
  const needed = neededRights(steps)
  const ends = [
    { ...mapping.primary, has: rights.primary, needs: needed.primary, on: mapping.primary.dataset },
    {
      ...mapping.backup,
      has: rights.backup,
      needs: needed.backup,
      on: parentOf(mapping.backup.dataset) ?? mapping.backup.dataset,
    },
  ]
  const missing = ends.flatMap(({ host, has, needs, on }) => lacks(host, on, has, needs.required))
  if (missing.length > 0) return check('failed', missing)
  const unknown = ends.filter(({ has }) => has === null).map(({ host }) => host)
  if (unknown.length > 0) {
    const sentence = `${unknown.join(' and ')} did not say what the login may do; what is missing is refused before anything is changed.`
    return { id: 'rights', state: 'unknown', sentence, cure: null }
  }
  const wished = ends.flatMap(({ host, has, needs, on }) => lacks(host, on, has, needs.wanted))
  if (wished.length > 0) return check('warning', wished)
  return { id: 'rights', state: 'ok', sentence: 'The logins have the rights that the commands need.', cure: null }
}

interface Lack {
  readonly sentence: string
  readonly line: string
}

function lacks(host: string, on: string, has: Rights['primary'], wanted: ReadonlySet<string>): readonly Lack[] {
  if (has === null || has === 'all') return []
  const missing = missingFrom(has, wanted)
  if (missing.length === 0) return []
  return [
    {
      sentence: `On ${host} the login lacks ${missing.join(', ')} for ${on}.`,
      line: `on ${host}: zfs allow LOGIN ${missing.join(',')} ${on}`,
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
