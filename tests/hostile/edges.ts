import type { Random } from '#tests/bed/random.ts'

/* Values at the edges of what a cell may be, and beyond. */

const NUMBERS: readonly string[] = [
  '0',
  '1',
  '-1',
  '-0',
  '',
  '-',
  ' 7',
  '7 ',
  '007',
  '0x1f',
  '1e3',
  '1e999',
  'NaN',
  'Infinity',
  '-Infinity',
  'null',
  'undefined',
  'true',
  '1.5',
  '1,5',
  '२५',
  '9007199254740991',
  '9007199254740992',
  '9223372036854775807',
  '18446744073709551615',
  '18446744073709551616',
  '9'.repeat(400),
  '-9223372036854775808',
]
/** Seconds: Date ends at 8.64e12, a year has five digits from 253402300800 on. */
const TIMES: readonly string[] = [
  '253402300799',
  '253402300800',
  '8640000000000',
  '8640000000001',
  '9000000000000',
  '1767225600000',
  '4102444800',
  '1',
]
const TEXTS: readonly string[] = [
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '%recv',
  '$(reboot)',
  '; reboot;',
  "'",
  '"',
  '!!',
  '\u001b[2J\u001b]0;owned\u0007',
  '\u0000',
  '\u202etxt.exe',
  '\ufeff',
  '\u2028',
  '<script>alert(1)</script>',
  '-o readonly=off',
  '--',
  '@',
  '#',
  '/',
  'a'.repeat(300),
  'é'.repeat(5000),
  'x'.repeat(60_000),
  '\r',
  '\u0085',
]
const GUIDS: readonly string[] = [
  '0',
  '1',
  '18446744073709551615',
  '18446744073709551616',
  '-5',
  '00012',
  '1e19',
  '0xff',
]

const POOL_WORDS = ['ONLINE', 'DEGRADED', 'UNAVAIL', 'FAULTED', 'SUSPENDED', '-', 'online', 'REMOVED', 'ONLINE\u0007']
const SWITCHES = [
  'on',
  'off',
  '-',
  'yes',
  'no',
  'none',
  'available',
  'unavailable',
  'aes-256-gcm',
  'filesystem',
  'volume',
  'snapshot',
]

/** For any cell whatever. */
export function edge(random: Random): string {
  return random.pick(random.pick([NUMBERS, NUMBERS, TIMES, TEXTS, GUIDS, SWITCHES]))
}

export const edgeTime = (random: Random): string => random.pick(random.chance(0.7) ? TIMES : NUMBERS)
export const edgeGuid = (random: Random): string => random.pick(GUIDS)
export const edgeNumber = (random: Random): string => random.pick(NUMBERS)
export const edgeText = (random: Random): string => random.pick(TEXTS)
export const edgeHealth = (random: Random): string => random.pick(POOL_WORDS)

/** Seconds that a real snapshot may have been taken at by a clock that is wrong. */
export const oddSeconds = (random: Random): number =>
  random.pick([0, 1, 253_402_300_799, 253_402_300_800, 8_640_000_000_000, 8_640_000_000_001, 9_000_000_000_000, 4e15])
