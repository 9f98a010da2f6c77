import type { Properties } from '#lib/zfs/commands.ts'
import type { DatasetType } from '#lib/zfs/types.ts'
import type { Rights, SwapFacts } from '../../types.ts'

/** Which of the backup's own properties the new line begins with, and what is to be said about the others. */
export interface CarryOver {
  readonly properties: Properties
  readonly notes: readonly string[]
}

/** Set by the plan itself, fixed at creation, or taken from the snapshot. */
const NOT_GIVEN: ReadonlySet<string> = new Set([
  'readonly',
  'canmount',
  'volsize',
  'volblocksize',
  'casesensitivity',
  'normalization',
  'utf8only',
  'encryption',
  'keyformat',
  'keylocation',
  'pbkdf2iters',
  'mlslabel',
])
/** A reservation would count twice beside the set-aside; a limit makes ZFS refuse the promote. */
const NOT_CARRIED: ReadonlySet<string> = new Set([
  'reservation',
  'refreservation',
  'quota',
  'refquota',
  'filesystem_limit',
  'snapshot_limit',
])

/**
 * A right that is missing for one property refuses the whole clone, so what the login may not set is left out and named.
 * `rights` null: not known; then everything is tried.
 */
export function carryOver(facts: SwapFacts, rights: Rights['backup'], from: DatasetType, to: DatasetType): CarryOver {
  if (from !== to) {
    return facts.local.length === 0
      ? { properties: {}, notes: [] }
      : { properties: {}, notes: [`Its properties are those of a ${from} and are not carried over to the ${to}.`] }
  }
  const given: Record<string, string> = {}
  const refused: string[] = []
  const left: string[] = []
  for (const { name, value } of facts.local) {
    if (NOT_GIVEN.has(name)) continue
    if (NOT_CARRIED.has(name)) left.push(`${name}=${value}`)
    else if (/\p{Cc}/u.test(value)) left.push(name)
    else if (maySet(rights, name)) given[name] = value
    else refused.push(name)
  }
  return { properties: given, notes: [...notesOn(left, LEFT), ...notesOn(refused, REFUSED)] }
}

const LEFT = 'cannot stand beside the set-aside (a limit stops the swap, a reservation counts twice): set again by hand'
const REFUSED = 'not carried over, because the login may not set it there'

function notesOn(names: readonly string[], why: string): readonly string[] {
  return names.length === 0 ? [] : [`${names.join(', ')}: ${why}.`]
}

function maySet(rights: Rights['backup'], property: string): boolean {
  if (rights === null || rights === 'all') return true
  return rights.has(property.includes(':') ? 'userprop' : property)
}
