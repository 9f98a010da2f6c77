import type { Guid } from './types.ts'

const MAX = 2n ** 64n - 1n
const MAX_DIGITS = 20
const DECIMAL = /^(0|[1-9][0-9]{0,19})$/

/** A whole number from 0 to 2^64 − 1 in plain decimal, as `zfs list -p` prints one. */
export function isUint64(text: string): boolean {
  if (!DECIMAL.test(text)) return false
  return text.length < MAX_DIGITS || BigInt(text) <= MAX
}

/** A guid is a uint64 that is not 0: ZFS uses 0 for "none". */
export function isGuid(text: string): text is Guid {
  return text !== '0' && isUint64(text)
}

const ZERO = 48
const NINE = 57

/** `isGuid` of the part of a text, which is not taken out of it: for listings of a million lines. */
export function isGuidAt(text: string, start: number, end: number): boolean {
  const digits = end - start
  if (digits >= MAX_DIGITS) return isGuid(text.slice(start, end))
  if (digits < 1 || text.charCodeAt(start) === ZERO) return false
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code < ZERO || code > NINE) return false
  }
  return true
}

/** `0x65463ae0bf5178cd` (as a resume token shows it) → decimal, or null if it is no such number. */
export function guidFromHex(text: string): Guid | null {
  if (!/^0x[0-9a-f]{1,16}$/i.test(text)) return null
  const decimal = BigInt(text).toString()
  return isGuid(decimal) ? decimal : null
}

/** 16 hex digits, as in the names of our own bookmarks. Throws on text that is no guid. */
export function guidToHex(guid: Guid): string {
  if (!isGuid(guid))
    throw new RangeError(`${JSON.stringify(guid)} is no ZFS guid: a decimal number from 1 to 2^64 - 1 is needed.`)
  return BigInt(guid).toString(16).padStart(16, '0')
}
