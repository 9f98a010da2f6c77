import type { DatasetRecord } from '../state/model.ts'
import { parseSize } from './sizes.ts'
import { definitionOf, isUserProperty } from './table.ts'

const sizes = new Set([
  'quota',
  'refquota',
  'reservation',
  'refreservation',
  'volsize',
  'recordsize',
  'volblocksize',
  'special_small_blocks',
])

const isPowerOfTwo = (value: number) => (value & (value - 1)) === 0

/** The value as it is stored, or what is wrong with it in the words of ZFS. */
type Checked = { readonly value: string } | { readonly fault: string }

/** Checks `name=value` for a dataset of the type; `making` allows what can be set only at the start. */
export function checkSetting(name: string, value: string, type: DatasetRecord['type'], making: boolean): Checked {
  const definition = definitionOf(name)
  if (!definition) return isUserProperty(name) ? { value } : { fault: `invalid property '${name}'` }
  if (definition.initial === undefined || (definition.once && !making)) return { fault: `'${name}' is readonly` }
  if (!definition.on.includes(type === 'volume' ? 'v' : 'f')) {
    return { fault: `'${name}' does not apply to datasets of this type` }
  }
  if (definition.words && !definition.words.includes(value)) {
    return { fault: `'${name}' must be one of '${definition.words.join(' | ')}'` }
  }
  if (!sizes.has(name)) return { value }
  const bytes = parseSize(value)
  if (bytes === null) return { fault: `bad numeric value '${value}'` }
  if (name === 'recordsize' && (!isPowerOfTwo(bytes) || bytes < 512 || bytes > 16 * 1024 ** 2)) {
    return { fault: "'recordsize' must be power of 2 from 512B to 16M" }
  }
  return { value: String(bytes) }
}

/** The property's full name, for `-o rdonly=on`. */
export const fullName = (name: string): string => definitionOf(name)?.name ?? name
