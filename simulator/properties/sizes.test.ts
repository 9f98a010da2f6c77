import { expect, test } from 'bun:test'
import { humanSize, parseSize } from './sizes.ts'

test.each([
  [0, '0B'],
  [624, '624B'],
  [24_576, '24K'],
  [407_704, '398K'],
  [10_498_048, '10.0M'],
  [1_811_630_080, '1.69G'],
  [50_640_896, '48.3M'],
  [2_110_576, '2.01M'],
])('%d bytes are written %s, as zfs did', (bytes, text) => {
  expect(humanSize(bytes, 'B')).toBe(text)
})

test.each([
  ['16M', 16_777_216],
  ['none', 0],
  ['1.5K', 1536],
  ['abc', null],
  ['', null],
])('%p is read as %p', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes)
})
