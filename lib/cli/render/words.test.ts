import { describe, expect, test } from 'bun:test'
import { shellWord } from '#lib/text/shell.ts'
import { durationText } from '#lib/text/words.ts'
import { parseDuration } from '../arguments.ts'
import { NOW } from '../testing/command-line.ts'
import { agoText, sizeOrUnknown } from './words.ts'

test.each([
  ['30s', 30],
  ['15m', 900],
  ['4h', 14_400],
  ['2d', 172_800],
  ['1w', 604_800],
  ['1d12h', 129_600],
  ['90', 90],
])('%s is %i s', (text, seconds) => expect(parseDuration('--for', text)).toBe(seconds))

test.each(['', '0', '0s', '4x', '-4h', 'h', '4h!', '1.5h', '99999d'])('%p is no length of time', (text) => {
  expect(() => parseDuration('--for', text)).toThrow('write a length of time')
})

test.each([
  [0, '0 s'],
  [59, '59 s'],
  [125, '2 min 5 s'],
  [660, '11 min'],
  [3600, '1 h'],
  [5400, '1 h 30 min'],
  [2_246_400, '26 d'],
  [97_200, '27 h'],
  [-5, '0 s'],
])('%i s is %s', (seconds, text) => expect(durationText(seconds)).toBe(text))

test.each([
  [null, 'never'],
  ['2026-11-22T13:48:00Z', '12 min ago'],
  ['2026-11-22T14:18:00Z', 'in 18 min'],
  ['2026-11-22T14:00:00Z', 'just now'],
  ['soon', 'soon'],
])('%p is %s', (moment, text) => expect(agoText(moment, NOW)).toBe(text))

test.each([
  [null, '?'],
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [1024 * 1024 - 1, '1 MiB'],
  [212.5 * 1024 ** 3, '213 GiB'],
  ['21990232555520', '20 TiB'],
  [2 ** 80, '1048576 EiB'],
])('%p bytes are %s', (bytes, text) => expect(sizeOrUnknown(bytes)).toBe(text))

describe('a word for a shell', () => {
  test.each([
    ['hqs10p1/DAT@2026-11-22', 'hqs10p1/DAT@2026-11-22'],
    ['a b', "'a b'"],
    ["it's", `'it'\\''s'`],
    ['~1', "'~1'"],
    ['p/d#mark~1', 'p/d#mark~1'],
    ['#x', "'#x'"],
    ['$(x)', "'$(x)'"],
    ['', "''"],
  ])('%p is %s', (word, shown) => expect(shellWord(word)).toBe(shown))
})
