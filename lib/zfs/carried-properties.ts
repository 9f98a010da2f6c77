/**
 * What becomes of a property that a backup has of its own, when a new line takes its place.
 *
 * - `given`: the new line begins with it (`clone -o`, `receive -o`).
 * - `quota`: set once the new line owns what it is to hold. A clone is refused a `refquota` below its size, a promote
 *   fails under a quota that the history exceeds, and a seed would end at one in the middle.
 * - `reservation`: not set, because the set-aside still holds it and the space would be booked twice.
 * - `fixed`: taken from the snapshot, fixed at creation, or set by the swap itself.
 */
export type Carriage = 'given' | 'quota' | 'reservation' | 'fixed'

const FIXED: ReadonlySet<string> = new Set([
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
  'version',
  'mlslabel',
])

export function carriageOf(property: string): Carriage {
  if (property === 'quota' || property === 'refquota') return 'quota'
  if (property === 'reservation' || property === 'refreservation') return 'reservation'
  return FIXED.has(property) ? 'fixed' : 'given'
}

/** The right that setting it needs: one for all user properties. */
export function rightToSet(property: string): string {
  return property.includes(':') ? 'userprop' : property
}

/** The rights for those of a dataset's own properties that the line in its place is given. */
export function rightsToCarry(properties: readonly string[]): readonly string[] {
  const carried = properties.filter((name) => ['given', 'quota'].includes(carriageOf(name)))
  return [...new Set(carried.map(rightToSet))]
}
