import { isUint64 } from './guid.ts'

const ZERO = 48
const NINE = 57
/** Up to this many digits a number is exact and below 2^64 without asking. */
const EXACT_DIGITS = 15

/**
 * The plain decimal in `text` from `start` to `end` without making a string of it, or -1 if it is none or above
 * 2^64 - 1. Exact up to 15 digits, rounded above.
 */
export function decimalAt(text: string, start: number, end: number): number {
  const digits = end - start
  if (digits > EXACT_DIGITS) return isUint64(text.slice(start, end)) ? Number(text.slice(start, end)) : -1
  if (digits < 1 || (digits > 1 && text.charCodeAt(start) === ZERO)) return -1
  let value = 0
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code < ZERO || code > NINE) return -1
    value = value * 10 + (code - ZERO)
  }
  return value
}

/** The same as a bigint, exact; null in place of -1. Where it is `known`, that one, so that no other is made. */
export function bigDecimalAt(text: string, start: number, end: number, known: bigint | null = null): bigint | null {
  const value = decimalAt(text, start, end)
  if (value < 0) return null
  if (known !== null && end - start <= EXACT_DIGITS && Number(known) === value) return known
  return end - start <= EXACT_DIGITS ? BigInt(value) : BigInt(text.slice(start, end))
}
